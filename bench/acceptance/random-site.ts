/** Ports of what a site stands on. */
interface Ground {
  /** Of the listener that stays. */
  readonly port: number
  /** For listeners that come and go. */
  readonly others: readonly number[]
  readonly backends: readonly number[]
}

interface RandomService {
  readonly backends: readonly number[]
  readonly connectTimeout: string
  readonly loadBalancer: string
}

interface RandomRoute {
  readonly path: string
  readonly services: readonly string[]
  readonly listener: string
  readonly timeout: string
}

const NAMES = Array.from({ length: 12 }, (_, index) => `n${index}`)
const STABLE = ['stable-one', 'stable-two']
const MAIN = 'main'

/**
 * A gateway's services, routes and listeners that change at random; two services stay, each with its route, whatever
 * becomes of their settings and of all around them.
 */
export class RandomSite {
  readonly stablePaths = STABLE.map(name => `/${name}`)
  readonly #random: () => number
  readonly #ground: Ground
  readonly #services = new Map<string, RandomService>()
  readonly #routes = new Map<string, RandomRoute>()
  /** Port by name. */
  readonly #listeners = new Map<string, number>()

  constructor(random: () => number, ground: Ground) {
    this.#random = random
    this.#ground = ground
    for (const name of STABLE) this.#services.set(name, this.#service(ground.backends))
    this.#listeners.set(MAIN, ground.port)
  }

  /** Changes something, or a few things at once; returns the kind. */
  change(): string {
    const kinds: Readonly<Record<string, () => void>> = {
      service: () => this.#changeService(),
      route: () => this.#changeRoute(),
      listener: () => this.#changeListener(),
      'settings of what stays': () => this.#changeStable(),
      'switch of a route to a new service': () => this.#switch(),
      'several at once': () => {
        for (let count = 0; count < 6; count += 1)
          this.#pick([this.#changeService, this.#changeRoute]).call(this)
        this.#changeListener()
      },
    }
    const kind = this.#pick(Object.keys(kinds))
    kinds[kind]?.()
    return kind
  }

  snapshot(): object {
    const listeners = [...this.#listeners].map(([name, port]) => ({
      name,
      address: '127.0.0.1',
      port,
      protocol: 'HTTP',
    }))
    const stable = STABLE.map((name, index) => ({
      name,
      kind: 'HTTPRoute',
      gateways: [{ name: 'edge', sectionName: MAIN }],
      rules: [
        {
          matches: [{ path: { value: this.stablePaths[index] } }],
          backendRefs: [{ name, port: 80 }],
        },
      ],
    }))
    return {
      topology: {
        zones: [{ zone: 'zone-a', region: 'r1' }],
        services: [...this.#services].map(([name, { backends, connectTimeout, loadBalancer }]) => ({
          name,
          ports: [{ port: 80 }],
          connectTimeout,
          loadBalancer: { type: loadBalancer },
          endpoints: backends.map(port => ({ address: '127.0.0.1', port, zone: 'zone-a' })),
        })),
      },
      routes: {
        gateways: [{ name: 'edge', services: 'routed', listeners }],
        routes: this.#shuffled([
          ...stable,
          ...[...this.#routes].map(([name, route]) => routeOf(name, route)),
        ]),
      },
    }
  }

  #service(backends: readonly number[]): RandomService {
    const connectTimeout = this.#pick(['1s', '2s', '3s'])
    return { backends, connectTimeout, loadBalancer: this.#pick(['LeastRequest', 'RoundRobin', 'Random']) }
  }

  #changeService(): void {
    const name = this.#pick(NAMES)
    if (this.#services.has(name) && this.#random() < 0.4) this.#services.delete(name)
    else this.#services.set(name, this.#service(this.#some(this.#ground.backends)))
  }

  #changeStable(): void {
    const backends = this.#pick([this.#ground.backends, this.#ground.backends.slice(1)])
    this.#services.set(this.#pick(STABLE), this.#service(backends))
  }

  #changeRoute(): void {
    const name = this.#pick(NAMES)
    if (this.#routes.has(name) && this.#random() < 0.4) this.#routes.delete(name)
    else {
      this.#routes.set(name, {
        path: `/${this.#pick(NAMES)}`,
        services: [this.#pick(NAMES), this.#pick([...NAMES, ...STABLE])],
        listener: this.#pick([...this.#listeners.keys()]),
        timeout: this.#pick(['1s', '5s']),
      })
    }
  }

  /** One that comes, goes, or takes another port, perhaps the one of another. */
  #changeListener(): void {
    const name = this.#pick(['l0', 'l1', 'l2'])
    if (this.#listeners.delete(name) && this.#random() < 0.5) return
    const taken = new Set(this.#listeners.values())
    const free = this.#ground.others.filter(port => !taken.has(port))
    if (free.length > 0) this.#listeners.set(name, this.#pick(free))
    const [first, second] = [...this.#listeners].filter(([one]) => one !== MAIN)
    if (!first || !second || this.#random() < 0.7) return
    this.#listeners.set(first[0], second[1])
    this.#listeners.set(second[0], first[1])
  }

  /** In one revision what it led to goes, and what it leads to comes. */
  #switch(): void {
    const [name, route] = this.#pick([...this.#routes, [undefined, undefined] as const])
    if (name === undefined || route === undefined) {
      this.#changeRoute()
      return
    }
    for (const service of route.services) if (!STABLE.includes(service)) this.#services.delete(service)
    const next = this.#pick(NAMES)
    this.#services.set(next, this.#service(this.#ground.backends))
    this.#routes.set(name, { ...route, services: [next] })
  }

  #pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)] as T
  }

  #some<T>(all: readonly T[]): T[] {
    return all.filter(() => this.#random() < 0.7)
  }

  #shuffled<T>(all: readonly T[]): T[] {
    return all
      .map(one => ({ one, at: this.#random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ one }) => one)
  }
}

function routeOf(name: string, { path, services, listener, timeout }: RandomRoute): object {
  return {
    name,
    kind: 'HTTPRoute',
    gateways: [{ name: 'edge', sectionName: listener }],
    rules: [
      {
        matches: [{ path: { value: path } }],
        timeouts: { request: timeout },
        backendRefs: services.map((service, index) => ({ name: service, port: 80, weight: index + 1 })),
      },
    ],
  }
}
