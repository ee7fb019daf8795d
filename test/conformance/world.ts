import { request } from '../../demo/http-request.ts'
import type { RestApi } from '../../demo/rest-api.ts'

/** A service: the ports of its endpoints, all in zone-a, and what else its document says. */
export interface ServiceState {
  readonly ports: readonly number[]
  readonly [setting: string]: unknown
}

/** A listener, and the rules of the one route that is attached to it. */
interface ListenerState {
  readonly port: number
  /** Services by path prefix. */
  readonly rules: Readonly<Record<string, string>>
}

interface Changes {
  readonly services?: Readonly<Record<string, ServiceState | null>>
  readonly listeners?: Readonly<Record<string, ListenerState | null>>
}

/**
 * What one test pushes: a source, a namespace and a gateway of its own, by the REST API. The gateway has the clusters
 * of all services, so that a test says what there is of each type by itself.
 */
export class World {
  readonly id: string
  readonly #api: () => RestApi
  readonly #services = new Map<string, ServiceState>()
  readonly #listeners = new Map<string, ListenerState>()
  #isThere = false

  constructor(api: () => RestApi, id: string) {
    this.#api = api
    this.id = id
  }

  /** Where its clients stand. */
  get node(): object {
    return { id: `node-${this.id}`, cluster: `${this.id}/edge`, locality: { region: 'r1', zone: 'zone-a' } }
  }

  /** The name of a service's cluster, and of its assignment. */
  cluster(service: string): string {
    return `${this.id}/${service}/80`
  }

  /** The name of a listener, and of its route configuration. */
  listener(name: string): string {
    return `${this.id}/edge/${name}`
  }

  /** Makes these as they are said here, or lets go of them (null), in one revision; resolves when it is served. */
  async push({ services = {}, listeners = {} }: Changes = {}): Promise<void> {
    for (const [name, state] of Object.entries(services)) put(this.#services, name, state)
    for (const [name, state] of Object.entries(listeners)) put(this.#listeners, name, state)
    this.#isThere = true
    await this.#api().put(`/v1/sources/${this.id}/snapshot?force=true`, this.#snapshot())
    await this.#served()
  }

  async end(): Promise<void> {
    if (!this.#isThere) return
    await this.#api().call('DELETE', `/v1/sources/${this.id}`)
    await this.#served()
  }

  #snapshot(): object {
    const namespace = this.id
    const services = [...this.#services].map(([name, { ports, ...settings }]) => ({
      namespace,
      name,
      ports: [{ port: 80 }],
      endpoints: ports.map(port => ({ address: '127.0.0.1', port, zone: 'zone-a' })),
      ...settings,
    }))
    const all = [...this.#listeners]
    const listeners = all.map(([name, { port }]) => ({ name, address: '127.0.0.1', port, protocol: 'HTTP' }))
    const routes = all.map(([name, { rules }]) => ({
      namespace,
      name,
      kind: 'HTTPRoute',
      gateways: [{ namespace, name: 'edge', sectionName: name }],
      rules: [
        ...Object.entries(rules).map(([path, service]) => ({
          matches: [{ path: { value: path } }],
          backendRefs: [{ namespace, name: service, port: 80 }],
        })),
        { matches: [{ path: { value: '/nowhere' } }] },
      ],
    }))
    // A gateway has a listener.
    const open = services.length > 0 && listeners.length === 0 ? [SPARE] : listeners
    const gateways = open.length > 0 ? [{ namespace, name: 'edge', services: 'all', listeners: open }] : []
    return {
      topology: { zones: [{ zone: 'zone-a', region: 'r1' }], services },
      routes: { gateways, routes },
    }
  }

  /** Whoever reads after a push reads the newest state: any answer, here that there is no such route, comes when it is served. */
  async #served(): Promise<void> {
    const { status } = await request(this.#api().address, { path: '/v1/routes/nowhere/none' })
    if (status !== 404) throw new Error(`a route that nobody made was answered with ${status}`)
  }
}

const SPARE = { name: 'spare', address: '127.0.0.1', port: 9_999, protocol: 'HTTP' }

function put<T>(states: Map<string, T>, name: string, state: T | null): void {
  if (state === null) states.delete(name)
  else states.set(name, state)
}
