import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { type LoadResult, sendRequests, type Target } from '../../demo/load.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { type AilingBackend, startAilingBackend } from './ailing-backend.ts'
import { type EndpointAt, gateway, route, service, topology, toService } from './documents.ts'
import { openTestbed, type Testbed } from './testbed.ts'

/** An Envoy in zone-a, and the service `web` with the backend `local` in its zone and `other` in the next one. */
export interface ZoneBed {
  readonly bed: Testbed
  readonly envoy: Envoy
  readonly target: Target
  readonly local: AilingBackend
  readonly other: AilingBackend
  /** Both backends as endpoints, the local one with these fields. */
  endpoints(fields?: object): EndpointAt[]
  /** The service with these settings and endpoints; Envoy has them when it resolves. */
  push(settings: object, endpoints?: readonly EndpointAt[]): Promise<void>
  /** A statistic of the service's cluster. */
  stat(name: string): Promise<number | undefined>
  /** Until Envoy counts so many endpoints as healthy. */
  healthy(count: number): Promise<void>
  /** Until the backend of that name has answered a request. */
  answeredBy(pod: string): Promise<void>
  send(count: number, concurrency?: number): Promise<LoadResult>
  close(): Promise<void>
}

const CLUSTER = 'default/web/3000'

export async function openZoneBed(): Promise<ZoneBed> {
  const bed = await openTestbed()
  const port = await freePort()
  const target = { address: `127.0.0.1:${port}`, path: '/', host: 'x' }
  const local = await startAilingBackend('local')
  const other = await startAilingBackend('other')
  const endpoints = (fields: object = {}): EndpointAt[] => [
    { name: local.pod, port: local.port, ...fields },
    { name: other.pod, port: other.port, zone: 'zone-b' },
  ]
  const push = (settings: object, list: readonly EndpointAt[] = endpoints()) =>
    bed.push(
      'topology',
      topology(service('web', list, { trafficDistribution: 'PreferSameZone', ...settings })),
    )
  await bed.push('routes', {
    gateways: [gateway('edge', port)],
    routes: [route('all', [toService('/', 'web')])],
  })
  await push({})
  const envoy = await bed.envoy({})
  const stat = (name: string) => envoy.stat(`cluster.${CLUSTER}.${name}`)
  return {
    bed,
    envoy,
    target,
    local,
    other,
    endpoints,
    push,
    stat,
    healthy: async count => {
      await waitUntil(`${count} healthy endpoints`, async () => (await stat('membership_healthy')) === count)
    },
    answeredBy: async pod => {
      await waitUntil(`${pod} to answer`, async () => (await sendRequests(target, 1)).byPod[pod] === 1)
    },
    send: (count, concurrency) => sendRequests(target, count, concurrency),
    close: async () => {
      await bed.close()
      await Promise.all([local.close(), other.close()])
    },
  }
}
