import { type Logger, pino } from 'pino'
import { SimulatedProxy } from '../../bench/acceptance/simulated-proxy.ts'
import { Closing } from '../../demo/closing.ts'
import { request } from '../../demo/http-request.ts'
import { RestApi } from '../../demo/rest-api.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { parseConfig } from '../../src/config.ts'
import { start } from '../../src/control-plane.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'

/** A control plane of this process on a database in memory, to be looked at from outside. */
export interface ObservedReplica {
  readonly api: RestApi
  readonly xds: string
  /** An Envoy of gateway `edge` that takes all that it is sent, and has the first of it. */
  proxy(id: string, zone: string): Promise<void>
  /** Pushes one service with so many endpoints and a route to it, and waits until all proxies have them. */
  push(endpoints: number, headers?: Record<string, string>): Promise<void>
  metrics(): Promise<string>
  close(): Promise<void>
}

export async function observeReplica(log: Logger = pino({ level: 'silent' })): Promise<ObservedReplica> {
  const closing = new Closing()
  const flags = { database: 'sqlite::memory:', rest: '127.0.0.1:0', xds: '127.0.0.1:0' }
  const parsed = parseConfig(flags, {})
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  const plane = await start(parsed.config, log)
  closing.addWay(() => plane.close())
  const api = new RestApi(plane.rest)
  return {
    api,
    xds: plane.xds,
    proxy: async (id, zone) => {
      const proxy = new SimulatedProxy(() => plane.xds, { id, gateway: 'edge', region: 'r1', zone })
      closing.addWay(async () => proxy.close())
      proxy.connect()
      await waitUntil(`${id} to have something`, () => proxy.received.resources > 0)
    },
    push: async (endpoints, headers = {}) => {
      const ports = Array.from({ length: endpoints }, (_, index) => ({ port: 9_000 + index }))
      const snapshot = {
        topology: topology(service('web', ports)),
        routes: { gateways: [gateway('edge', 10_080)], routes: [route('web', [toService('/', 'web')])] },
      }
      await api.put('/v1/sources/east/snapshot', snapshot, { prefer: 'wait=10', ...headers })
    },
    metrics: async () => (await request(plane.rest, { path: '/metrics' })).text,
    close: () => closing.close(),
  }
}
