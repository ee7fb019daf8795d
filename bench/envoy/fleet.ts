/** Many services with a route each, as documents that a syncer pushes. */

export const GATEWAY = 'bench'
export const REGION = 'region-0'
export const ZONES = ['zone-0', 'zone-1', 'zone-2'] as const
const SERVICE_PORT = 8080

export interface FleetEndpoint {
  readonly address: string
  readonly port: number
  readonly zone: string
}

export function serviceName(index: number): string {
  return `svc-${String(index).padStart(5, '0')}`
}

export function clusterName(index: number): string {
  return `default/${serviceName(index)}/${SERVICE_PORT}`
}

export function hostname(index: number): string {
  return `${serviceName(index)}.example.com`
}

export function topology(
  indexes: readonly number[],
  endpointsOf: (index: number) => readonly FleetEndpoint[],
): object {
  return {
    zones: ZONES.map(zone => ({ zone, region: REGION })),
    services: indexes.map(index => ({
      name: serviceName(index),
      trafficDistribution: 'PreferSameZone',
      ports: [{ port: SERVICE_PORT }],
      endpoints: endpointsOf(index),
    })),
  }
}

/** The PATCH that gives one service other endpoints. */
export function otherEndpoints(index: number, endpoints: readonly FleetEndpoint[]): object {
  return { upsert: { endpoints: [{ name: serviceName(index), endpoints }] } }
}

export function routes(indexes: readonly number[], listenerPort: number): object {
  const listener = { name: 'http', address: '127.0.0.1', port: listenerPort, protocol: 'HTTP' }
  return {
    gateways: [{ name: GATEWAY, listeners: [listener] }],
    routes: indexes.map(index => ({
      name: serviceName(index),
      kind: 'HTTPRoute',
      gateways: [GATEWAY],
      hostnames: [hostname(index)],
      rules: [{ backendRefs: [{ name: serviceName(index), port: SERVICE_PORT }] }],
    })),
  }
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
