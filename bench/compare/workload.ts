/** What all servers of a comparison hold, and who asks for it. */
export interface Workload {
  readonly services: number
  /** Of each service; endpoint N is in zone N modulo zones. */
  readonly endpoints: number
  readonly zones: number
  /** Of delta ADS, spread over the zones. */
  readonly streams: number
}

/** How often the endpoints of each service were changed. */
export type Changes = ReadonlyMap<number, number>

export function serviceName(service: number): string {
  return `svc-${String(service).padStart(5, '0')}`
}

/** The topology as it is pushed to Vicinity; the peer makes the same of the numbers. */
export function topologyOf({ services, endpoints, zones }: Workload): object {
  return {
    zones: range(zones).map(zone => ({ zone: `zone-${zone}`, region: 'region-0' })),
    services: range(services).map(service => ({
      name: serviceName(service),
      ports: [{ port: 8080 }],
      trafficDistribution: 'PreferSameZone',
      endpoints: endpointsOf(service, { endpoints, zones }, new Map()),
    })),
  }
}

/** One listener with a route to each service. */
export function routesOf({ services }: Workload): object {
  return {
    gateways: [{ name: 'bench', listeners: [{ name: 'http', port: 10_000, protocol: 'HTTP' }] }],
    routes: range(services).map(serviceName).map(routeTo),
  }
}

function routeTo(name: string): object {
  const matches = [{ path: { type: 'PathPrefix', value: `/${name}` } }]
  const rules = [{ matches, backendRefs: [{ name, port: 8080 }] }]
  return { name, kind: 'HTTPRoute', gateways: ['bench'], rules }
}

/** The port of the first one tells how often they were changed. */
export function endpointsOf(
  service: number,
  { endpoints, zones }: Pick<Workload, 'endpoints' | 'zones'>,
  changes: Changes,
): object[] {
  return range(endpoints).map(place => {
    const id = service * endpoints + place
    const port = 8080 + (place === 0 ? (changes.get(service) ?? 0) % 1_000 : 0)
    const address = `10.${(id >> 16) & 255}.${(id >> 8) & 255}.${id & 255}`
    return { address, port, zone: `zone-${place % zones}` }
  })
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
