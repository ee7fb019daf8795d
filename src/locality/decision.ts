import type { Viewpoint } from '../model/viewpoint.ts'
import type { Candidate, Candidates, Mode } from './assignment.ts'

/**
 * What a service's rule says before any viewpoint is known: who is eligible, and which hints steer the choice.
 * Made once per change of a service; every viewpoint's assignment is derived from it.
 */
export interface Decision {
  readonly mode: Mode
  readonly rule: string
  readonly candidates: readonly Candidate[]
  readonly eligible: readonly Hinted[]
  /** No endpoint was ready, so those that serve while terminating are used; topology is ignored then. */
  readonly lastResort: boolean
  /** Nodes that the node rule serves on their own; empty when the rule is off. */
  readonly nodes: ReadonlySet<string>
  /** Zones (see `zoneKey`) that the zone rule serves on their own; empty when the rule is off. */
  readonly zones: ReadonlySet<string>
  /** Why a rule is off for everyone, for people. */
  readonly notes: readonly string[]
}

/** An eligible endpoint with the hints that count for it. */
export interface Hinted {
  readonly candidate: Candidate
  readonly zones: readonly HintedZone[]
  readonly nodes: readonly string[]
}

/** kube-proxy reads the hint and never where the endpoint stands: a hinted zone has a region of its own. */
interface HintedZone {
  readonly region: string
  readonly zone: string
}

/** Zones are equal only when their regions are equal too. */
export function zoneKey(region: string, zone: string): string {
  return `${region}/${zone}`
}

/**
 * Kubernetes' consumer rule up to the point where it looks at the client (CategorizeEndpoints in
 * pkg/proxy/topology.go), over the endpoints of all sources together.
 */
export function decide({ mode, rule, endpoints }: Candidates): Decision {
  const undrained = endpoints.filter(one => one.weight > 0)
  const ready = undrained.filter(one => one.ready !== false)
  const lastResort = ready.length === 0
  const usable = lastResort ? undrained.filter(one => one.serving && one.terminating) : ready
  const given = new Set(endpoints.filter(one => one.hints !== undefined).map(one => one.source))
  const several = new Set(usable.map(one => one.source)).size > 1
  const steered = mode !== 'ClusterWide' || given.size > 0
  const eligible = usable.map(candidate =>
    hinted(candidate, mode, given.has(candidate.source), several && steered),
  )
  const shared = {
    mode: given.size > 0 ? ('Hints' as const) : mode,
    rule,
    candidates: endpoints,
    eligible,
    lastResort,
  }
  if (lastResort || !steered) return { ...shared, nodes: new Set(), zones: new Set(), notes: [] }

  // With one source a single endpoint without a hint switches the rule off, as kube-proxy does. Over several
  // sources one source's refusal must not switch off the others.
  const withoutNode = several ? undefined : eligible.find(one => one.nodes.length === 0)
  const withoutZone = several ? undefined : eligible.find(one => one.zones.length === 0)
  return {
    ...shared,
    nodes: new Set(withoutNode ? [] : eligible.flatMap(one => one.nodes)),
    zones: new Set(
      withoutZone ? [] : eligible.flatMap(one => one.zones.map(({ region, zone }) => zoneKey(region, zone))),
    ),
    notes: withoutZone
      ? [
          `endpoint ${withoutZone.candidate.name} has no ${given.size > 0 ? 'zone hint' : 'known zone'}: no zone is preferred, for any proxy`,
        ]
      : [],
  }
}

/**
 * The hints of an endpoint: those its source gave, or those that Kubernetes' controller would write
 * (trafficdist.go: only for endpoints whose `ready` is set and true).
 */
function hinted(
  candidate: Candidate,
  mode: Candidates['mode'],
  given: boolean,
  ownZoneByDefault: boolean,
): Hinted {
  const { region, zone, hints } = candidate
  const own = zone === '' ? [] : [{ region, zone }]
  const computed = !given && mode !== 'ClusterWide' && candidate.ready === true
  const hintedZones = hints?.zones.map(one => ({ region: hints.regions?.get(one) ?? region, zone: one }))
  const zones = given ? (hintedZones ?? []) : computed ? own : []
  const nodes = given
    ? (hints?.nodes ?? [])
    : computed && mode === 'PreferSameNode' && candidate.node !== ''
      ? [candidate.node]
      : []
  return { candidate, zones: zones.length === 0 && ownZoneByDefault ? own : zones, nodes }
}

/** Which rule serves a viewpoint. */
export type Scope = 'node' | 'zone' | 'all'

export function scopeOf(decision: Decision, viewpoint: Viewpoint): Scope {
  if (viewpoint.node !== '' && decision.nodes.has(viewpoint.node)) return 'node'
  if (viewpoint.zone !== '' && decision.zones.has(zoneKey(viewpoint.region, viewpoint.zone))) return 'zone'
  return 'all'
}

/**
 * Names the class of viewpoints that get the same assignment: what the rule reads of a viewpoint, and no more.
 * A node is only told apart where it has an endpoint, a zone only where it is served on its own.
 */
export function viewpointClass(decision: Decision, viewpoint: Viewpoint): string {
  const [zone, node] = possibleClasses(viewpoint)
  return { node, zone, all: '' }[scopeOf(decision, viewpoint)]
}

/** The classes, beside that of everybody, in which a viewpoint can stand for some service: its zone's, its node's. */
export function possibleClasses({ region, zone, node }: Viewpoint): [zone: string, node: string] {
  return [zoneKey(region, zone), `${zoneKey(region, zone)}/${node}`]
}
