/** What the pushers of a chaos run push: random, but for what the load goes through. */

export const ZONE_NAMES = ['zone-a', 'zone-b', 'zone-c'] as const
export const REGION = 'r1'
/** What simulated proxies serve: it gets every service. */
export const MESH = 'mesh'
export const LOAD_HOST = 'load.example.com'
/** Services that nobody touches. No proxy may ever be told that they, or their endpoints, are gone. */
const STILL_SERVICES = 10
/** Begins the addresses of their endpoints, and of no other's. */
export const STILL_ADDRESS = '10.99.'

const ZONES = ZONE_NAMES.map(zone => ({ zone, region: REGION }))

export interface ServiceDocument {
  readonly name: string
  readonly ports: readonly object[]
  readonly trafficDistribution?: string
  readonly endpoints: readonly object[]
}

export interface TopologyDocument {
  readonly zones: readonly object[]
  readonly services: readonly ServiceDocument[]
}

export interface LiveBackend {
  readonly pod: string
  readonly port: number
  readonly zone: string
}

export interface Edge {
  readonly name: string
  readonly zone: string
  readonly port: number
}

export function isStill(name: string): boolean {
  return name.includes('/still-')
}

/** A random number of endpoints in random zones; `number` makes it one that never was before. */
export function randomService(random: () => number, name: string, number: number): ServiceDocument {
  const count = Math.floor(random() * 6)
  const endpoints = Array.from({ length: count }, (_, index) => ({
    name: `e${index}`,
    address: `10.1.${Math.floor(number / 250) % 250}.${number % 250}`,
    port: 1024 + Math.floor(random() * 60_000),
    zone: ZONE_NAMES[Math.floor(random() * ZONE_NAMES.length)],
    ready: random() < 0.9,
  }))
  const isLocal = random() < 0.5
  return {
    name,
    ports: [{ port: 80 }],
    ...(isLocal && { trafficDistribution: 'PreferSameZone' }),
    endpoints,
  }
}

export function topologyOf(services: readonly ServiceDocument[]): TopologyDocument {
  return { zones: ZONES, services }
}

/** The services that stay as they are, and those that requests go to. */
export function edgeTopology(
  load: Readonly<Record<string, readonly LiveBackend[]>>,
  number: number,
): TopologyDocument {
  const still = Array.from({ length: STILL_SERVICES }, (_, index) => ({
    name: `still-${index}`,
    ports: [{ port: 80 }],
    trafficDistribution: 'PreferSameZone',
    endpoints: ZONE_NAMES.map((zone, at) => ({
      address: `${STILL_ADDRESS}${index}.${at + 1}`,
      port: 80,
      zone,
    })),
  }))
  const loaded = Object.entries(load).map(([name, backends]) => ({
    name,
    ports: [{ port: 80 }],
    trafficDistribution: 'PreferSameZone',
    endpoints: backends.map(({ pod, port, zone }) => ({ name: pod, address: '127.0.0.1', port, zone })),
  }))
  // So that no content comes twice, and a digest names one push.
  const marker = {
    name: 'marker',
    ports: [{ port: 80 }],
    endpoints: [{ address: '10.98.0.1', port: number }],
  }
  return topologyOf([...still, ...loaded, marker])
}

export function edgeRoutes(edges: readonly Edge[], service: string): object {
  const gateways = edges.map(({ name, port }) => ({
    name,
    listeners: [{ name: 'http', address: '127.0.0.1', port, protocol: 'HTTP' }],
  }))
  const mesh = { name: MESH, services: 'all', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] }
  const load = {
    name: 'load',
    kind: 'HTTPRoute',
    gateways: edges.map(({ name }) => name),
    hostnames: [LOAD_HOST],
    rules: [{ backendRefs: [{ name: service, port: 80 }] }],
  }
  return { gateways: [...gateways, mesh], routes: edges.length > 0 ? [load] : [] }
}

/** Routes of the mesh to some of these services. */
export function meshRoutes(random: () => number, services: readonly string[], number: number): object {
  const routes = services
    .filter(() => random() < 0.5)
    .map(name => ({
      name: `to-${name}`,
      kind: 'HTTPRoute',
      gateways: [MESH],
      hostnames: [`${name}.example.com`],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: `/v${number}` } }],
          backendRefs: [{ name, port: 80 }],
        },
      ],
    }))
  return { gateways: [], routes }
}
