import type { Candidates } from '../locality/assignment.ts'
import { type Decision, decide } from '../locality/decision.ts'
import type { LocalityPolicy } from '../locality/locality-policy.ts'
import type { Place } from '../locality/place.ts'
import { namedZone } from '../locality/zone-reference.ts'
import { compare } from '../model/order.ts'
import type { ServicePort } from '../model/topology.ts'
import { type ClusterSettings, hasCluster } from './cluster.ts'
import { clusterName } from './names.ts'
import { mergedPorts, ParsedClaim, regionsOfEndpoints, type ServiceClaim } from './parsed-claim.ts'
import type { Realm } from './realm.ts'
import { claimCandidates, misfitsOf, withoutDuplicates } from './service-candidates.ts'
import { type Conflict, conflictsWith } from './service-conflicts.ts'
import { type SaidLocality, servicePolicy } from './service-policy.ts'
import { placedDemand, type Surroundings } from './surroundings.ts'
import { topologyAwareClaims } from './topology-aware-claims.ts'

/** Ports of a service that GRPCRoutes name. */
export interface PortNumbers {
  has(port: number): boolean
}

interface PortDecision {
  readonly port: number
  readonly decision: Decision
}

/** What tells a service from all others. */
export type ServiceIdentity = Pick<MergedService, 'realm' | 'namespace' | 'name'>

/**
 * A service as all sources of its realm together say it: immutable, made anew when one of its entries changes,
 * everything in it worked out when first asked for. Mode, settings and ports are those of the source that has had it
 * longest.
 */
export class MergedService {
  readonly realm: Realm
  readonly namespace: string
  readonly name: string
  /** Oldest first. */
  readonly claims: readonly ServiceClaim[]
  readonly grpcPorts: PortNumbers
  readonly #surroundings: Surroundings
  /** One for each port that was asked for: few, for which a map would be larger than what it holds. */
  #decisions: readonly PortDecision[] = []
  #parsed: readonly ParsedClaim[] | undefined
  #ports: readonly ServicePort[] | undefined
  #clusterNames: readonly string[] | undefined
  #topologyAware: Candidates['topologyAware']
  #localityPolicy: LocalityPolicy | undefined
  #regionsOfEndpoints: ReadonlyMap<string, ReadonlySet<string>> | undefined

  constructor(
    { realm, namespace, name }: ServiceIdentity,
    claims: readonly ServiceClaim[],
    surroundings: Surroundings,
    grpcPorts: PortNumbers,
  ) {
    this.realm = realm
    this.namespace = namespace
    this.name = name
    this.claims = [...claims].sort((a, b) => createdOf(a) - createdOf(b) || compare(a.source, b.source))
    this.grpcPorts = grpcPorts
    this.#surroundings = surroundings
  }

  get sources(): readonly string[] {
    return this.claims.map(claim => claim.source)
  }

  /** Ports by number, first claimed first. */
  get ports(): readonly ServicePort[] {
    this.#ports ??= mergedPorts(this.#claims)
    return this.#ports
  }

  port(number: number): ServicePort | undefined {
    return this.ports.find(port => port.port === number)
  }

  /** Of all its clusters: one for each port that has one. */
  get clusterNames(): readonly string[] {
    this.#clusterNames ??= this.ports
      .filter(hasCluster)
      .map(({ port }) => clusterName(this.namespace, this.name, port))
    return this.#clusterNames
  }

  get settings(): ClusterSettings {
    return this.#leader?.settings ?? {}
  }

  /** undefined: its source does not say. */
  get bytesPerRequest(): number | undefined {
    return this.#leader?.settings?.bytesPerRequest
  }

  /**
   * Whether requests from a zone are shared out between zones by weights of their own. Settings alone say so, whichever
   * endpoints there are, or a cluster would be another whenever they change. A zone without its region may be meant.
   */
  weighsZonesFrom({ region, zone }: Place): boolean {
    if (zone === '') return false
    if (this.isBalanced) return true
    const { distribute = [] } =
      this.#saidLocality.find(({ settings }) => settings.distribute !== undefined)?.settings ?? {}
    return distribute.some(({ from }) => {
      const named = namedZone(from, () => [region])
      return named?.zone === zone && (region === '' || named.region === region)
    })
  }

  get conflicts(): readonly Conflict[] {
    const leader = this.#leader
    if (leader === undefined) return []
    return this.#claims
      .filter(claim => claim !== leader && claim.settings !== undefined)
      .flatMap(claim => conflictsWith(leader, claim))
  }

  /** Names of a source's endpoints that no port of the service takes. */
  misfits(source: string): readonly string[] {
    const claim = this.#claims.find(one => one.source === source)
    const misfits = claim === undefined ? [] : misfitsOf(claim, this.ports)
    this.#forgetEndpoints()
    return misfits
  }

  /** What the service's rule says for one port, before any viewpoint; undefined for a port that it does not have. */
  decision(port: number): Decision | undefined {
    const known = this.#decisions.find(one => one.port === port)
    if (known !== undefined) return known.decision
    const declared = this.port(port)
    if (declared === undefined) return undefined
    const made = decide(this.#candidates(declared))
    this.#decisions = this.#decisions.concat({ port, decision: made })
    this.#forgetEndpoints()
    return made
  }

  /** Whether it reads the demand of zones. The one value of `mode` that there is makes its own and its source's word one. */
  get isBalanced(): boolean {
    const leader = this.claims.find(claim => claim.service !== undefined)
    if (leader === undefined) return false
    const defaults = this.#surroundings.defaults.get(leader.source)
    return defaults?.settings.locality?.mode === 'Balanced' || this.#isSaidBalanced(leader)
  }

  #isSaidBalanced(leader: ServiceClaim): boolean {
    if (this.#parsed === undefined) return isSaidBalanced(leader)
    return this.#leader?.settings?.locality?.mode === 'Balanced'
  }

  get mode(): Candidates['mode'] {
    if (this.isBalanced) return 'Balanced'
    const settings = this.#leader?.settings
    return settings?.topologyMode ?? settings?.trafficDistribution ?? 'ClusterWide'
  }

  #candidates(port: ServicePort): Candidates {
    const { ports, mode } = this
    const around = this.#surroundings
    const endpoints = this.#claims.flatMap(claim => claimCandidates(claim, port, ports, around))
    return {
      mode,
      rule: this.#ruleOf(mode),
      endpoints: withoutDuplicates(endpoints),
      policy: this.#policy,
      ...(mode === 'Auto' && { topologyAware: this.#topologyAwareHints }),
      ...(mode === 'Balanced' && { demand: placedDemand(around) }),
    }
  }

  /** Once everything that proxies are served was made of them. */
  #forgetEndpoints(): void {
    if (this.#decisions.length < this.ports.length) return
    for (const claim of this.#claims) claim.forgetEndpoints()
  }

  #ruleOf(mode: Candidates['mode']): string {
    const leader = this.#leader
    const from = leader ? ` of source ${leader.source}, revision ${leader.since}` : ''
    if (mode === 'Balanced') return `locality.mode Balanced of ${this.#policy.mode.origin}`
    if (mode === 'ClusterWide') return `no trafficDistribution${from}`
    return mode === 'Auto' ? `topologyMode Auto${from}` : `trafficDistribution ${mode}${from}`
  }

  get #policy(): LocalityPolicy {
    this.#localityPolicy ??= servicePolicy(this.#saidLocality, zone => this.#regionsOf(zone))
    return this.#localityPolicy
  }

  /** What the service itself says, then what its source sets for all of its services. */
  get #saidLocality(): SaidLocality[] {
    const leader = this.#leader
    if (leader === undefined) return []
    const { source, since, settings } = leader
    const defaults = this.#surroundings.defaults.get(source)
    const said: SaidLocality[] = []
    if (settings?.locality) {
      said.push({ settings: settings.locality, origin: `source ${source}, revision ${since}` })
    }
    if (defaults?.settings.locality) {
      const origin = `the defaults of source ${source}, revision ${defaults.since}`
      said.push({ settings: defaults.settings.locality, origin })
    }
    return said
  }

  /** Where nobody declares the region of a zone of this name, what endpoints say of it counts. */
  #regionsOf(zone: string): readonly string[] {
    const declared = this.#surroundings.regions.possible(this.#leader?.source ?? '', zone)
    if (declared.some(region => region !== '')) return declared
    this.#regionsOfEndpoints ??= regionsOfEndpoints(this.#claims)
    return [...(this.#regionsOfEndpoints.get(zone) ?? declared)].sort()
  }

  /** Ports do not matter: an endpoint has one hint, as in Kubernetes. */
  get #topologyAwareHints(): NonNullable<Candidates['topologyAware']> {
    this.#topologyAware ??= topologyAwareClaims(this.#claims, this.#surroundings)
    return this.#topologyAware
  }

  get #leader(): ParsedClaim | undefined {
    return this.#claims.find(claim => claim.settings !== undefined)
  }

  get #claims(): readonly ParsedClaim[] {
    this.#parsed ??= this.claims.map(claim => new ParsedClaim(claim))
    return this.#parsed
  }
}

/** In JSON text no name or value can look like this: its quotes would be escaped. */
function isSaidBalanced({ service }: ServiceClaim): boolean {
  return service?.body.includes('"mode":"Balanced"') === true
}

function createdOf({ service, endpoints }: ServiceClaim): number {
  return Math.min(
    service?.created ?? Number.POSITIVE_INFINITY,
    endpoints?.created ?? Number.POSITIVE_INFINITY,
  )
}
