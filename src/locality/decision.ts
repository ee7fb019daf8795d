import type { Candidates, Mode } from './assignment.ts'
import { type Balance, balance } from './balance.ts'
import { byPlace, type Candidate, type Setback } from './candidate.ts'
import { DEFAULT_POLICY, type LocalityPolicy } from './locality-policy.ts'
import { nodeKey, type Place, zoneKey } from './place.ts'
import { rankOf } from './precedence.ts'

/**
 * What a service's rule says before any viewpoint is known: who is eligible, and which hints steer the choice.
 * Made once per change of a service; every viewpoint's assignment is derived from it.
 */
export interface Decision {
  readonly mode: Mode
  readonly rule: string
  readonly candidates: readonly Candidate[]
  readonly eligible: readonly Hinted[]
  /** Usable, and behind all that are eligible: what was set back, those before others first. */
  readonly behind: readonly Candidate[]
  /** Those that are eligible, then those behind. */
  readonly usable: readonly Candidate[]
  /** Places in `usable`, sorted by region, zone, sub-zone, source and name of who stands there. */
  readonly order: readonly number[]
  /** The candidates that are neither. */
  readonly unusable: readonly Candidate[]
  readonly policy: LocalityPolicy
  /** Of mode Balanced, which no hint steers. */
  readonly balance: Balance | undefined
  /** Sources that have eligible endpoints. */
  readonly sources: ReadonlySet<string>
  /** Networks that usable endpoints are in and that others reach through gateways. */
  readonly networks: ReadonlySet<string>
  /** Zones in which eligible endpoints stand: only looked for where rules share traffic out between zones. */
  readonly standingZones: ReadonlySet<string>
  /** By zone: how many eligible endpoints are hinted for it. */
  readonly hintsByZone: ReadonlyMap<string, number>
  /** No endpoint was ready, so those that serve while terminating are used; topology is ignored then. */
  readonly lastResort: boolean
  /** Nodes (see `nodeKey`) that the node rule serves on their own; empty when the rule is off. */
  readonly nodes: ReadonlySet<string>
  /** Zones (see `zoneKey`) that the zone rule serves on their own; empty when the rule is off. */
  readonly zones: Zones
  /** Why a rule is off for everyone, for people. */
  readonly notes: readonly string[]
}

interface Zones {
  readonly size: number
  has(zone: string): boolean
}

/** An eligible endpoint with the hints that count for it. */
export interface Hinted {
  readonly candidate: Candidate
  /** kube-proxy reads the hint and never where the endpoint stands: a hinted zone has a region of its own. */
  readonly zones: readonly Place[]
  /** See `nodeKey`. */
  readonly nodes: readonly string[]
}

/**
 * Kubernetes' consumer rule up to the point where it looks at the client (CategorizeEndpoints in
 * pkg/proxy/topology.go), over the endpoints of all sources together.
 */
export function decide(candidates: Candidates): Decision {
  const { mode, rule, endpoints, policy = DEFAULT_POLICY, demand = [] } = candidates
  const isBalanced = mode === 'Balanced'
  const sendable = where(endpoints, one => one.weight > 0 && one.setback?.isDropped !== true)
  const ready = where(sendable, one => one.ready !== false)
  const lastResort = ready.length === 0
  const { front, behind } = ranked(
    lastResort ? sendable.filter(one => one.serving && one.terminating) : ready,
  )
  const usable = behind.length === 0 ? front : [...front, ...behind]
  const hinting = isBalanced ? [] : where(endpoints, one => one.hints !== undefined)
  const given = valuesOf(hinting, one => one.source)
  const sources = valuesOf(front, one => one.source)
  const several = sources.size > 1
  const steered = given.size > 0 || isSteered(candidates)
  const ownZone = ownZones()
  const hintsOf = (one: Candidate) =>
    given.has(one.source) ? givenHints(one) : computedHints(one, candidates, ownZone)
  const eligible = front.map(candidate => {
    const { zones, nodes } = hintsOf(candidate)
    const countsAsOwn = several && steered && zones.length === 0
    const keys = nodes.length === 0 ? nodes : nodes.map(node => nodeKey(node, candidate, several))
    return { candidate, zones: countsAsOwn ? ownZone(candidate) : zones, nodes: keys }
  })
  const hintsByZone = countHints(eligible)
  const notes = [
    ...setbackNotes(endpoints, front),
    ...(lastResort ? [] : topologyAwareNotes(candidates, given)),
    ...(isBalanced ? balancedNotes(policy) : []),
  ]
  const shared = {
    mode: given.size > 0 ? ('Hints' as const) : mode,
    rule,
    candidates: endpoints,
    eligible,
    behind,
    usable,
    order: orderOf(usable),
    unusable: others(endpoints, usable),
    policy,
    balance: isBalanced ? balance(front, demand, policy.headroom.value) : undefined,
    sources,
    networks: valuesOf(usable, one => one.network?.name),
    standingZones: policy.distribute.value.size === 0 ? NOBODY : valuesOf(front, zoneKey),
    hintsByZone,
    lastResort,
    notes,
  }
  if (lastResort || !steered) return { ...shared, nodes: NOBODY, zones: NOBODY }

  // With one source a single endpoint without a hint switches the rule off, as kube-proxy does. Over several
  // sources one source's refusal must not switch off the others.
  const withoutNode = several ? undefined : eligible.find(one => one.nodes.length === 0)
  const withoutZone = several ? undefined : eligible.find(one => one.zones.length === 0)
  if (withoutZone !== undefined) {
    const lacks = given.size > 0 || mode === 'Auto' ? 'zone hint' : 'known zone'
    const { name } = withoutZone.candidate
    notes.push(`endpoint ${name} has no ${lacks}: no zone is preferred, for any proxy`)
  }
  return {
    ...shared,
    nodes: withoutNode ? NOBODY : new Set(eligible.flatMap(one => one.nodes)),
    zones: withoutZone ? NOBODY : hintsByZone,
  }
}

const NOBODY: ReadonlySet<string> = new Set()

/** The list itself where all are meant, as nearly always. */
function where(all: readonly Candidate[], isMeant: (one: Candidate) => boolean): readonly Candidate[] {
  return all.every(isMeant) ? all : all.filter(isMeant)
}

function valuesOf(
  all: readonly Candidate[],
  read: (one: Candidate) => string | undefined,
): ReadonlySet<string> {
  let values: Set<string> | undefined
  let last: string | undefined
  for (const one of all) {
    const value = read(one)
    if (value === undefined || value === last) continue
    last = value
    values ??= new Set()
    values.add(value)
  }
  return values ?? NOBODY
}

const NO_CANDIDATES: readonly Candidate[] = []

/** Nobody is chosen who was set back while there are others: what hints and rules choose from are those in front. */
function ranked(endpoints: readonly Candidate[]) {
  if (endpoints.every(one => one.setback === undefined)) return { front: endpoints, behind: NO_CANDIDATES }
  const first = endpoints.reduce((least, one) => Math.min(least, rankOf(one)), Number.POSITIVE_INFINITY)
  return {
    front: endpoints.filter(one => rankOf(one) === first),
    behind: endpoints.filter(one => rankOf(one) > first).sort((a, b) => rankOf(a) - rankOf(b)),
  }
}

function orderOf(usable: readonly Candidate[]): number[] {
  return [...usable.keys()].sort((a, b) => byPlace(usable[a] as Candidate, usable[b] as Candidate))
}

/** What was set back, and why: once for each reason. */
function setbackNotes(endpoints: readonly Candidate[], front: readonly Candidate[]): string[] {
  if (endpoints.every(one => one.setback === undefined)) return []
  const used = new Set(front.map(one => one.setback?.reason))
  const notes = new Map<string, string>()
  for (const { setback } of endpoints) {
    if (setback !== undefined) notes.set(setback.reason, setbackNote(setback, used.has(setback.reason)))
  }
  return [...notes.values()]
}

function setbackNote({ reason, isDropped }: Setback, isUsed: boolean): string {
  if (isUsed) return `${reason}, but nobody else is ready: its endpoints are used`
  return `${reason}: its endpoints ${isDropped ? 'are not used' : 'stand behind all others'}`
}

function others(all: readonly Candidate[], some: readonly Candidate[]): readonly Candidate[] {
  if (some.length === all.length) return NO_CANDIDATES
  const left = new Set(all)
  for (const one of some) left.delete(one)
  return [...left]
}

/** What a balanced service would read of its settings in any other mode. */
function balancedNotes({ minEndpoints, mode }: LocalityPolicy): string[] {
  if (minEndpoints.value === 1) return []
  return [
    `minEndpoints ${minEndpoints.value} (${minEndpoints.origin}) has no effect: mode is Balanced (${mode.origin})`,
  ]
}

/** Modes that compute no hints. */
const UNSTEERED: ReadonlySet<Candidates['mode']> = new Set(['ClusterWide', 'Balanced'])

/** Whether hints are computed for some source. Auto that is off everywhere leaves nobody anything to follow. */
function isSteered({ mode, topologyAware = NONE }: Candidates): boolean {
  if (mode !== 'Auto') return !UNSTEERED.has(mode)
  return [...topologyAware.values()].some(one => one.hints !== undefined)
}

const NONE: NonNullable<Candidates['topologyAware']> = new Map()

type Hints = Omit<Hinted, 'candidate'>

const NO_HINTS: Hints = { zones: [], nodes: [] }

function givenHints({ region, hints }: Candidate): Hints {
  const zones = hints?.zones.map(zone => ({ region: hints.regions?.get(zone) ?? region, zone }))
  return { zones: zones ?? [], nodes: hints?.nodes ?? [] }
}

/** What Kubernetes' controller would write (trafficdist.go: only for endpoints whose `ready` is set and true). */
function computedHints(
  candidate: Candidate,
  { mode, topologyAware }: Candidates,
  ownZone: (candidate: Candidate) => readonly Place[],
): Hints {
  if (mode === 'Auto') {
    const zone = topologyAware?.get(candidate.source)?.hints?.get(candidate.name)
    return zone === undefined ? NO_HINTS : { zones: [zone], nodes: NO_HINTS.nodes }
  }
  if (UNSTEERED.has(mode) || candidate.ready !== true) return NO_HINTS
  const onNode = mode === 'PreferSameNode' && candidate.node !== ''
  return { zones: ownZone(candidate), nodes: onNode ? [candidate.node] : NO_HINTS.nodes }
}

/** A list of one's own zone, which all who stand in it share. */
function ownZones(): (candidate: Candidate) => readonly Place[] {
  const zones = new Map<string, readonly Place[]>()
  return candidate => {
    if (candidate.zone === '') return NO_HINTS.zones
    const key = zoneKey(candidate)
    const known = zones.get(key)
    if (known !== undefined) return known
    const { region, zone } = candidate
    const own = [{ region, zone }]
    zones.set(key, own)
    return own
  }
}

function topologyAwareNotes({ topologyAware = NONE }: Candidates, given: ReadonlySet<string>): string[] {
  const several = topologyAware.size + given.size > 1
  return [...topologyAware].map(([source, { hints, note }]) => {
    const what = hints === undefined ? 'Auto is off' : 'Auto'
    return `${what}${several ? ` for source ${source}` : ''}: ${note}`
  })
}

function countHints(eligible: readonly Hinted[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { zones } of eligible) {
    for (const zone of zones) {
      const key = zoneKey(zone)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  return counts
}
