import { compare } from '../model/order.ts'
import type { AssignedEndpoint, Placed } from './assignment.ts'
import type { Candidate } from './candidate.ts'
import type { Network, NetworkGateway } from './network.ts'
import { sum } from './sum.ts'

/** What Envoy is sent as one endpoint: one of the service, or a gateway that leads to several. */
export interface Host<Endpoint extends Placed = AssignedEndpoint>
  extends Pick<Candidate, 'address' | 'additionalAddresses' | 'port' | 'region' | 'zone' | 'subZone'> {
  readonly priority: number
  readonly weight: number
  /** Of what its priority gets, 0 to 1. */
  readonly portion: number
  /** Itself, or all that the gateway leads to. */
  readonly endpoints: readonly Sent<Endpoint>[]
}

type Sent<Endpoint> = Endpoint & { readonly priority: number }

/**
 * The hosts of an assignment, by priority and locality. Endpoints behind gateways become these: each has an equal part
 * of the weight of all that are behind it, and a locality of its own, so that it gets the part of the zones behind it
 * where zones have weights.
 */
export function hostsOf<Endpoint extends Placed>({
  endpoints,
}: {
  readonly endpoints: readonly Endpoint[]
}): readonly Host<Endpoint>[] {
  const sent = endpoints.filter(isSent)
  if (sent.every(one => one.via === undefined)) return sent.map(one => directHost(one, 1))
  const networks = new Map<Network, Sent<Endpoint>[]>()
  for (const one of sent) {
    if (one.via !== undefined) networks.set(one.via, [...(networks.get(one.via) ?? []), one])
  }
  // Whole numbers stay whole: every weight is multiplied by what the numbers of gateways divide.
  const scale = [...networks.keys()].reduce((all, { gateways }) => commonMultiple(all, gateways.length), 1)
  return [
    ...sent.filter(one => one.via === undefined).map(one => directHost(one, scale)),
    ...[...networks].flatMap(([network, behind]) => gatewayHosts(network, behind, scale)),
  ].sort(byPriorityAndPlace)
}

function isSent<Endpoint extends Placed>(endpoint: Endpoint): endpoint is Sent<Endpoint> {
  return endpoint.priority !== null
}

/** Whether it is a gateway: Envoy sees nothing of the endpoints behind it. */
export function isGateway({ endpoints }: Host): boolean {
  return endpoints[0]?.via !== undefined
}

function directHost<Endpoint extends Placed>(endpoint: Sent<Endpoint>, scale: number): Host<Endpoint> {
  const { candidate, priority, portion } = endpoint
  const { address, additionalAddresses, port, region, zone, subZone, weight } = candidate
  return {
    address,
    additionalAddresses,
    port,
    region,
    zone,
    subZone,
    priority,
    portion,
    weight: weight * scale,
    endpoints: [endpoint],
  }
}

/** All that are behind them stand at one priority. */
function gatewayHosts<Endpoint extends Placed>(
  { name, gateways }: Network,
  behind: readonly Sent<Endpoint>[],
  scale: number,
): Host<Endpoint>[] {
  const weight = sum(behind.map(one => one.candidate.weight)) * (scale / gateways.length)
  const portion = sum(behind.map(one => one.portion)) / gateways.length
  const priority = behind[0]?.priority ?? 0
  return gateways.map(gateway => {
    const { address, port } = gateway
    const place = { ...placeOf(gateway, behind), subZone: `network/${name}` }
    return { address, additionalAddresses: [], port, ...place, priority, weight, portion, endpoints: behind }
  })
}

function placeOf({ region, zone }: NetworkGateway, behind: readonly Placed[]) {
  if (zone !== '' || region !== '') return { region, zone }
  const regions = new Set(behind.map(one => one.candidate.region))
  const zones = new Set(behind.map(one => one.candidate.zone))
  const common = regions.size === 1 ? ([...regions][0] ?? '') : ''
  return { region: common, zone: regions.size === 1 && zones.size === 1 ? ([...zones][0] ?? '') : '' }
}

function byPriorityAndPlace(a: Host<Placed>, b: Host<Placed>): number {
  return (
    a.priority - b.priority ||
    compare(a.region, b.region) ||
    compare(a.zone, b.zone) ||
    compare(a.subZone, b.subZone)
  )
}

function commonMultiple(a: number, b: number): number {
  const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y))
  return (a / divisor(a, b)) * b
}
