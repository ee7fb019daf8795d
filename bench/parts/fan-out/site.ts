import type { StoredEntry } from '../../../src/model/change.ts'
import { stored } from '../../../test/support/world.ts'
import { endpointsOf, serviceName, topologyOf } from '../../compare/workload.ts'

/** Services with a route each, spread over gateways. */
export interface Site {
  readonly services: number
  readonly gateways: number
}

const SHAPE = { endpoints: 10, zones: 3 }
const SOURCE = 'bench'

export function siteEntries({ services, gateways }: Site): StoredEntry[] {
  const routes = Array.from({ length: services }, (_, service) => ({
    name: serviceName(service),
    kind: 'HTTPRoute',
    gateways: [gatewayName(service % gateways)],
    rules: [
      {
        matches: [{ path: { type: 'PathPrefix', value: `/${serviceName(service)}` } }],
        backendRefs: [{ name: serviceName(service), port: 8080 }],
      },
    ],
  }))
  const listeners = [{ name: 'http', port: 10_000, protocol: 'HTTP' }]
  const all = Array.from({ length: gateways }, (_, gateway) => ({ name: gatewayName(gateway), listeners }))
  const topology = topologyOf({ ...SHAPE, services, streams: 0 })
  return stored(SOURCE, { topology, routes: { gateways: all, routes } }, 1)
}

/** The entries of the endpoints of these services, of each of which one has got another port. */
export function changedEndpoints(
  services: readonly number[],
  times: number,
  revision: number,
): StoredEntry[] {
  const changes = new Map(services.map(service => [service, times]))
  const items = services.map(service => ({
    name: serviceName(service),
    ports: [{ port: 8080 }],
    endpoints: endpointsOf(service, SHAPE, changes),
  }))
  const entries = stored(SOURCE, { topology: { services: items } }, revision)
  return entries.filter(({ kind }) => kind === 'Endpoints')
}

export function gatewayName(gateway: number): string {
  return `gateway-${gateway}`
}

/** Names of the assignments that the Envoys of a gateway ask for. */
export function assignmentNames(gateway: number, { services, gateways }: Site): string[] {
  const names: string[] = []
  for (let service = gateway; service < services; service += gateways)
    names.push(`default/${serviceName(service)}/8080`)
  return names
}
