import type { Target } from './load.ts'

/** The scenario of Envoy Gateway's page on traffic distribution, as documents that a syncer would push. */

export const SERVICE = 'zone-routing-backend'
export const CLUSTER = `default/${SERVICE}/3000`
export const HOST = 'www.example.com'
export const REGION = 'r1'

export interface ScenarioEndpoint {
  readonly pod: string
  readonly port: number
  readonly zone: string
  readonly node?: string
  readonly hints?: object
}

const TWO_ZONES = [
  { zone: 'zone-a', region: REGION },
  { zone: 'zone-b', region: REGION },
]

/** The zones and the one service, with the endpoints that there are now. */
export function topology(
  endpoints: readonly ScenarioEndpoint[],
  settings: object = { trafficDistribution: 'PreferSameZone' },
  zones: readonly object[] = TWO_ZONES,
): object {
  return {
    zones,
    services: [
      {
        namespace: 'default',
        name: SERVICE,
        ...settings,
        ports: [{ name: 'http', port: 3000, appProtocol: 'http' }],
        endpoints: endpoints.map(({ pod, ...place }) => ({ name: pod, address: '127.0.0.1', ...place })),
      },
    ],
  }
}

export interface Edge {
  readonly name: string
  readonly port: number
}

/** A gateway per Envoy (two Envoys of one gateway on one machine would share its port) and the one route. */
export function routes(edges: readonly Edge[], path = '/zone-routing'): object {
  return {
    gateways: edges.map(({ name, port }) => ({
      namespace: 'default',
      name,
      listeners: [{ name: 'http', address: '127.0.0.1', port, protocol: 'HTTP' }],
    })),
    routes: [
      {
        namespace: 'default',
        name: 'zone-routing',
        kind: 'HTTPRoute',
        gateways: edges.map(edge => edge.name),
        hostnames: [HOST],
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: path } }],
            backendRefs: [{ namespace: 'default', name: SERVICE, port: 3000 }],
          },
        ],
      },
    ],
  }
}

export function target({ port }: Edge, path = '/zone-routing'): Target {
  return { address: `127.0.0.1:${port}`, path, host: HOST }
}
