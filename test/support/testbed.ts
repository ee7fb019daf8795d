import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { Closing } from '../../demo/closing.ts'
import { type EchoServer, serveEcho } from '../../demo/echo-server.ts'
import { type Envoy, startEnvoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { RestApi } from '../../demo/rest-api.ts'
import { type Address, parseAddress } from '../../src/address.ts'
import { envoyBootstrap } from '../../src/cli/envoy-bootstrap.ts'
import { parseConfig, type ServeFlags } from '../../src/config.ts'
import { start } from '../../src/control-plane.ts'
import type { ProxyForm } from '../../src/model/proxies.ts'
import type { DemandTiming } from '../../src/replica/demand-rows.ts'

/** Time enough for a first run to fetch Envoy into the cache. */
export const SETUP_TIMEOUT = 180_000

/** A running control plane on a SQLite file of its own, in this process, and what a test puts around it. */
export interface Testbed {
  readonly api: RestApi
  readonly xds: string
  /** Replaces a part of a source and waits until every Envoy concerned has taken it. */
  push(part: 'topology' | 'routes', document: object, source?: string): Promise<void>
  /** A backend in this process that tells what it was asked. */
  echo(pod: string): Promise<EchoServer>
  /** A real Envoy, LIVE. */
  envoy(stand: Stand): Promise<Envoy>
  /**
   * Stops the control plane and starts it again on the same ports, with the same database or an empty one, and with
   * connections that live for ever or only so long ("2s").
   */
  restart(options?: { empty?: boolean; maxConnectionAge?: string }): Promise<void>
  close(): Promise<void>
}

/** Where an Envoy stands and what it serves. */
interface Stand {
  readonly gateway?: string
  readonly zone?: string
  readonly node?: string
  readonly source?: string
  readonly form?: ProxyForm
  /** Default: true. */
  readonly loadReports?: boolean
  /** Defaults: those of the testbed. */
  readonly xds?: string
  readonly rest?: string
}

export async function openTestbed(demand?: DemandTiming): Promise<Testbed> {
  const closing = new Closing()
  const folder = await mkdtemp(join(tmpdir(), 'vicinity-test-'))
  closing.addWay(() => rm(folder, { recursive: true, force: true }))
  let databases = 0
  let database = join(folder, 'vicinity.db')
  const rest = `127.0.0.1:${await freePort()}`
  const xds = `127.0.0.1:${await freePort()}`
  let plane = await startPlane({ database: `sqlite:${database}`, rest, xds }, demand)
  closing.addWay(() => plane.close())
  const api = new RestApi(rest)
  return {
    api,
    xds,
    push: (part, document, source = 'test') => api.putAndWait(`/v1/sources/${source}/${part}`, document),
    echo: async pod => {
      const server = await serveEcho(pod)
      closing.addWay(() => server.close())
      return server
    },
    envoy: async stand => closing.add(await startAt({ xds, rest, ...stand })),
    restart: async ({ empty = false, ...flags } = {}) => {
      await plane.close()
      if (empty) database = join(folder, `vicinity-${++databases}.db`)
      plane = await startPlane({ database: `sqlite:${database}`, rest, xds, ...flags }, demand)
    },
    close: () => closing.close(),
  }
}

function startPlane(flags: ServeFlags, demand?: DemandTiming) {
  const parsed = parseConfig({ ...flags, logLevel: 'error' }, {})
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  return start(parsed.config, pino({ level: parsed.config.logLevel }), { demand })
}

/** A real Envoy, LIVE. */
export async function startAt(stand: Stand & { xds: string }): Promise<Envoy> {
  const { gateway = 'edge', zone = 'zone-a', node, source, form, loadReports, xds, rest } = stand
  const admin = `127.0.0.1:${await freePort()}`
  const id = ['envoy', form, gateway, zone, node, source].filter(Boolean).join('-')
  const standpoint = {
    id,
    zone,
    region: 'r1',
    gateway,
    node,
    source,
    form,
    loadReports,
    xds: addressOf(xds),
    rest: rest === undefined ? undefined : { address: addressOf(rest), refreshDelay: 1 },
    admin: addressOf(admin),
  }
  return startEnvoy(JSON.stringify(envoyBootstrap(standpoint)), admin)
}

function addressOf(text: string): Address {
  const address = parseAddress(text)
  if (typeof address === 'string') throw new Error(address)
  return address
}
