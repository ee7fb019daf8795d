/** A topology of many services, each with endpoints spread over the zones, as a syncer of a large fleet pushes it. */
export interface Size {
  readonly services: number
  readonly endpoints: number
  readonly zones: number
  /** That many of the services are PreferSameNode, the others PreferSameZone. */
  readonly sameNode?: number
  /** The same of all services. */
  readonly locality?: object
  /** Endpoints stand on so many nodes; node N is in zone N modulo zones. */
  readonly nodes?: number
}

export function manyServices(size: Size): { zones: object[]; services: object[] } {
  const { services, zones } = size
  return {
    zones: Array.from({ length: zones }, (_, zone) => ({ zone: zoneName(zone), region: 'r1' })),
    services: Array.from({ length: services }, (_, index) => largeService(index, size)),
  }
}

export function zoneName(zone: number): string {
  return `zone-${zone}`
}

function largeService(
  index: number,
  { endpoints: count, zones, sameNode = 0, nodes = 999, locality }: Size,
): object {
  return {
    namespace: 'default',
    name: `svc-${String(index).padStart(5, '0')}`,
    trafficDistribution: index < sameNode ? 'PreferSameNode' : 'PreferSameZone',
    ...(locality && { locality }),
    ports: [{ name: 'http', port: 80 }],
    endpoints: Array.from({ length: count }, (_, place) => {
      const node = (index * count + place) % nodes
      return {
        name: `pod-${index}-${place}`,
        address: `10.${Math.floor(index / 256) % 256}.${index % 256}.${place + 1}`,
        port: 8080,
        zone: zoneName(node % zones),
        node: `node-${node}`,
      }
    }),
  }
}
