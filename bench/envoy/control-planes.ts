import type { Closing } from '../../demo/closing.ts'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { startProcess } from '../../demo/running-process.ts'
import type { Vicinity } from '../../demo/vicinity.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import {
  clusterName,
  type FleetEndpoint,
  otherEndpoints,
  routes,
  serviceName,
  topology,
  ZONES,
} from './fleet.ts'

/** The same change said to one control plane in one way: endpoint 0 of a service gets another port. */
export interface Way {
  readonly name: string
  /** What is sent is all that there is. */
  readonly isLarge?: boolean
  /** The service of the turn. */
  service(turn: number): number
  cluster(service: number): string
  change(service: number): Promise<unknown>
}

export interface ControlPlane {
  readonly name: string
  readonly xds: string
  /** Of each process of it. */
  readonly pids: readonly number[]
  readonly ways: readonly Way[]
}

const ENDPOINTS = 10
const PORT = 8080

/** Ten endpoints over the zones; the port of the first says how often it was changed. */
class Endpoints {
  readonly #changed = new Map<number, number>()

  change(service: number): void {
    this.#changed.set(service, (this.#changed.get(service) ?? 0) + 1)
  }

  readonly of = (service: number): FleetEndpoint[] =>
    Array.from({ length: ENDPOINTS }, (_, index) => {
      const id = service * ENDPOINTS + index
      return {
        address: `10.${id >> 16}.${(id >> 8) & 255}.${id & 255}`,
        port: PORT + (index === 0 ? (this.#changed.get(service) ?? 0) % 1000 : 0),
        zone: ZONES[index % ZONES.length] as string,
      }
    })
}

const MANY = '/v1/sources/many/topology'
const ONE = '/v1/sources/one/topology'

/** `services` services of one source, and one more of a source of its own, whose pushes are small. */
export async function vicinityPlane(
  name: string,
  pushed: Vicinity,
  { services, serving = pushed }: { services: readonly number[]; serving?: Vicinity },
): Promise<ControlPlane> {
  const { api } = pushed
  const endpoints = new Endpoints()
  const alone = services.length
  const putMany = () => api.put(MANY, topology(services, endpoints.of))
  const putOne = () => api.put(ONE, topology([alone], endpoints.of))
  const changing = (say: (service: number) => Promise<unknown>) => (service: number) => {
    endpoints.change(service)
    return say(service)
  }
  await putMany()
  await putOne()
  await api.put('/v1/sources/many/routes', routes([...services, alone], await freePort()))
  const inTurn = (turn: number) => (turn * 7) % services.length
  return {
    name,
    xds: serving.xds,
    pids: pushed === serving ? [pushed.pid] : [pushed.pid, serving.pid],
    ways: [
      {
        name: 'PATCH of one service',
        service: inTurn,
        cluster: clusterName,
        change: changing(service => api.patch(MANY, otherEndpoints(service, endpoints.of(service)))),
      },
      { name: 'PUT of one service', service: () => alone, cluster: clusterName, change: changing(putOne) },
      {
        name: 'PUT of all services',
        isLarge: true,
        service: inTurn,
        cluster: clusterName,
        change: changing(putMany),
      },
    ],
  }
}

/** go-control-plane with as many services, as its own program makes them; a change is in memory only. */
export async function startPeer(closing: Closing, program: string, services: number): Promise<ControlPlane> {
  const xds = `127.0.0.1:${await freePort()}`
  const admin = `127.0.0.1:${await freePort()}`
  const flags = ['-cache', 'linear', '-services', String(services), '-endpoints', String(ENDPOINTS)]
  const peer = closing.add(startProcess('peer', program, ['-addr', xds, '-admin', admin, ...flags]))
  const answers = () =>
    request(admin, { path: '/stats' }).then(
      () => true,
      () => false,
    )
  await waitUntil('the peer to answer', answers, { timeout: 60_000 })
  const change = (service: number) =>
    request(admin, { method: 'POST', path: `/bump?names=${serviceName(service)}` })
  const inTurn = (turn: number) => (turn * 7) % services
  return {
    name: 'go-control-plane, in memory',
    xds,
    pids: [peer.pid],
    ways: [{ name: 'bump of one service', service: inTurn, cluster: serviceName, change }],
  }
}
