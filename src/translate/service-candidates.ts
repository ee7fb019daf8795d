import type { Candidate, GivenHints, Setback } from '../locality/candidate.ts'
import type { Place } from '../locality/place.ts'
import { compare } from '../model/order.ts'
import type { Endpoint, ServicePort } from '../model/topology.ts'
import type { Regions } from './regions.ts'
import { setbacksOf } from './setback.ts'
import type { Surroundings } from './surroundings.ts'

/** What one source says of a service's endpoints. */
export interface EndpointClaim {
  readonly source: string
  readonly endpoints: readonly Endpoint[]
  /** The source's own ports; undefined: it says nothing of them and the others' stand. */
  readonly ports: readonly ServicePort[] | undefined
}

/** The endpoints that one source has for a port of the merged service, which has the ports `merged`. */
export function claimCandidates(
  claim: EndpointClaim,
  port: ServicePort,
  merged: readonly ServicePort[],
  surroundings: Surroundings,
): Candidate[] {
  const own = ownPort(claim, port)
  if (own === undefined) return []
  const single = (claim.ports ?? merged).length === 1
  const around = aroundSource(claim.source, surroundings)
  const candidates: Candidate[] = []
  for (const endpoint of claim.endpoints) {
    const listening = listeningPort(endpoint, own, single)
    if (listening !== undefined) candidates.push(candidate(endpoint, listening, around))
  }
  return candidates
}

/** Names of its endpoints that no port of the merged service takes. */
export function misfitsOf(claim: EndpointClaim, merged: readonly ServicePort[]): string[] {
  const single = (claim.ports ?? merged).length === 1
  const own = merged.flatMap(port => ownPort(claim, port) ?? [])
  const fits = (endpoint: Endpoint) => own.some(port => listeningPort(endpoint, port, single) !== undefined)
  return claim.endpoints.filter(endpoint => !fits(endpoint)).map(({ name }) => name)
}

/** What the source itself says of a port; undefined: it has others. */
function ownPort({ ports }: EndpointClaim, port: ServicePort): ServicePort | undefined {
  return ports === undefined ? port : ports.find(one => one.port === port.port)
}

/** `port` is for services with one port, `ports` (by the port's name) for those with several. */
function listeningPort(endpoint: Endpoint, { name }: ServicePort, single: boolean): number | undefined {
  if (endpoint.port !== undefined) return single ? endpoint.port : undefined
  const { ports = {} } = endpoint
  return name !== undefined && Object.hasOwn(ports, name) ? ports[name] : undefined
}

/** What endpoints of one source read of their surroundings. */
interface AroundSource {
  readonly source: string
  readonly regions: Regions
  readonly network: Candidate['network']
  readonly setbackIn: (place: Place) => Setback | undefined
}

function aroundSource(source: string, surroundings: Surroundings): AroundSource {
  const { regions, networks, sourceSettings } = surroundings
  const network = networks.get(sourceSettings.get(source)?.network ?? '')
  return { source, regions, network, setbackIn: setbacksOf(source, surroundings) }
}

function candidate(
  endpoint: Endpoint,
  port: number,
  { source, regions, network, setbackIn }: AroundSource,
): Candidate {
  const place = endpointPlace(source, endpoint, regions)
  const { hints } = endpoint
  return {
    name: endpoint.name,
    address: endpoint.address,
    additionalAddresses: endpoint.additionalAddresses ?? NO_ADDRESSES,
    port,
    region: place.region,
    zone: place.zone,
    subZone: endpoint.subZone ?? '',
    node: endpoint.node ?? '',
    source,
    ready: endpoint.ready === undefined ? true : endpoint.ready,
    serving: endpoint.serving ?? true,
    terminating: endpoint.terminating ?? false,
    weight: endpoint.weight ?? 1,
    network,
    setback: setbackIn(place),
    hints: hints && givenHints(source, endpoint, hints, regions),
  }
}

const NO_ADDRESSES: readonly string[] = []

export function endpointPlace(source: string, { region, zone = '' }: Endpoint, regions: Regions): Place {
  return { region: region ?? (zone === '' ? '' : regions.ofEndpoint(source, zone)), zone }
}

/** A hinted zone is the one of that name that the source declares, wherever the endpoint stands. */
function givenHints(
  source: string,
  { zone, region }: Endpoint,
  { zones = [], nodes = [] }: NonNullable<Endpoint['hints']>,
  regions: Regions,
): GivenHints {
  const known = new Map<string, string>()
  for (const hinted of zones) {
    const its = (hinted === zone && region) || regions.ofEndpoint(source, hinted)
    if (its !== '') known.set(hinted, its)
  }
  return { zones, nodes, regions: known }
}

/**
 * One address and port counts once, whoever says it. Kubernetes' rule (pkg/proxy, newEndpointInfo by address): one
 * that is not terminating replaces one that is, else the first stays. Of one source each is there once, by name.
 * Two networks may use the same addresses, where each is behind gateways for the other.
 */
export function withoutDuplicates(candidates: readonly Candidate[]): readonly Candidate[] {
  if (candidates.every(one => one.source === candidates[0]?.source)) return candidates
  const byAddress = new Map<string, Candidate[]>()
  for (const one of candidates) {
    const address = `${one.address} ${one.port}`
    const standing = byAddress.get(address) ?? []
    byAddress.set(address, standing)
    const twin = standing.findIndex(other => !isApart(one, other))
    if (twin === -1) standing.push(one)
    else if (standing[twin]?.terminating && !one.terminating) standing[twin] = one
  }
  return [...byAddress.values()].flat().sort((a, b) => compare(a.source, b.source) || compare(a.name, b.name))
}

function isApart(a: Candidate, b: Candidate): boolean {
  return a.network !== undefined && b.network !== undefined && a.network.name !== b.network.name
}
