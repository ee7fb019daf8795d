import type { Candidate } from '../../locality/candidate.ts'
import { zoneKey } from '../../locality/place.ts'
import type { StoredEntry } from '../../model/change.ts'
import { ContentDraft } from '../../model/content-draft.ts'
import { DEFAULTS_KEY, type EntryKey } from '../../model/entry.ts'
import { isObject } from '../../model/json.ts'
import { zoneKeyName } from '../../model/normal-topology.ts'
import type { Path, Problem } from '../../model/problem.ts'
import { pointer } from '../../model/problem.ts'
import { addEndpoints, addService } from '../../model/service-item.ts'
import type { Simulation } from '../../model/simulation.ts'
import type { Endpoints } from '../../model/topology.ts'
import type { ServiceClaim } from '../../translate/parsed-claim.ts'
import type { World } from '../../translate/world.ts'
import { WorldDraft } from '../../translate/world-draft.ts'
import { Turns } from '../in-turns.ts'
import type { KnownZones } from '../known-zones.ts'

/** All that a simulation changes of a world is made here: entries of it, and whose health is gone. */

type Removed = EntryKey & { readonly source: string }

/** The world with what a simulation puts in place of what stands, and without the sources that are lost. */
export async function changedWorld(
  world: World,
  { services, lose = {} }: Simulation,
): Promise<{ readonly world: World; readonly problems: readonly Problem[] }> {
  const { sources = [] } = lose
  if (services.length === 0 && sources.length === 0) return { world, problems: [] }
  const draft = new WorldDraft(world)
  const revision = world.revision + 1
  const turns = new Turns()
  const replaced = replacements(world, services)
  for (const one of replaced.upserted) {
    draft.add({ revision, reset: false, upserted: [one], removed: [] })
    await turns.between()
  }
  for (const one of [...replaced.removed, ...sources.flatMap(source => keysOf(world, source))]) {
    draft.add({ revision, reset: false, upserted: [], removed: [one] })
    await turns.between()
  }
  const problems = [...unknownSources(world, sources), ...replaced.problems]
  return { world: draft.finish(revision).world, problems }
}

/** Whether an endpoint of a service fails: it stands in a lost zone, or is lost itself. */
export type IsLost = (service: string, candidate: Candidate) => boolean

/** Endpoints that fail stay in the assignments: Envoys know them, and find them unhealthy. */
export function lostEndpoints({ lose = {} }: Simulation, zones: KnownZones): IsLost {
  const lostZones = new Set((lose.zones ?? []).flatMap(one => zones.named(one) ?? []).map(zoneKey))
  const lost = new Map<string, (string | undefined)[]>()
  for (const { service, name, source } of lose.endpoints ?? []) {
    const key = endpointKey(service, name)
    lost.set(key, [...(lost.get(key) ?? []), source])
  }
  return (service, candidate) => {
    if (lostZones.has(zoneKey(candidate))) return true
    const sources = lost.get(endpointKey(service, candidate.name))
    return sources?.some(source => source === undefined || source === candidate.source) ?? false
  }
}

function endpointKey(service: string, name: string): string {
  return `${service} ${name}`
}

/** Lost endpoints that neither the world as it is nor the changed one has. */
export function unknownEndpoints({ lose = {} }: Simulation, worlds: readonly World[]): Problem[] {
  return (lose.endpoints ?? []).flatMap(({ service, name, source }, index) => {
    const at = ['lose', 'endpoints', index]
    const found = worlds.flatMap(world => world.services.get(service)?.services ?? [])
    if (found.length === 0) return problem([...at, 'service'], `is no service that a source has: ${service}`)
    const named = found
      .flatMap(one => one.ports.flatMap(({ port }) => one.decision(port)?.candidates ?? []))
      .filter(one => one.name === name)
    if (named.length === 0) return problem([...at, 'name'], `is no endpoint of service ${service}: ${name}`)
    if (source === undefined || named.some(one => one.source === source)) return []
    const sources = [...new Set(named.map(one => one.source))].join(', ')
    return problem([...at, 'source'], `has no endpoint ${name} of service ${service}: ${sources} has`)
  })
}

function unknownSources(world: World, lost: readonly string[]): Problem[] {
  const known = new Set([...world.allServices()].flatMap(one => one.sources))
  for (const { source } of world.zones.values()) known.add(source)
  for (const source of [...world.nodes.keys(), ...world.defaults.keys()]) known.add(source)
  return lost.flatMap((source, index) =>
    known.has(source)
      ? []
      : problem(['lose', 'sources', index], `is no source that has a topology at revision ${world.revision}`),
  )
}

/** What a source's topology has in the world. */
function keysOf(world: World, source: string): Removed[] {
  const services = [...world.allServices()].flatMap(({ namespace, name, sources }) =>
    sources.includes(source)
      ? (['Service', 'Endpoints'] as const).map(kind => ({ kind, namespace, name, source }))
      : [],
  )
  const zones = [...world.zones.values()].flatMap(one =>
    one.source === source
      ? [{ kind: 'Zone' as const, namespace: '', name: zoneKeyName(one.zone), source }]
      : [],
  )
  const nodes = [...(world.nodes.get(source)?.keys() ?? [])].map(name => ({
    kind: 'Node' as const,
    namespace: '',
    name,
    source,
  }))
  const defaults = world.defaults.has(source) ? [{ ...DEFAULTS_KEY, source }] : []
  return [...services, ...zones, ...nodes, ...defaults]
}

interface Replacements {
  readonly upserted: StoredEntry[]
  readonly removed: Removed[]
  readonly problems: Problem[]
}

/** The entries of replaced settings and endpoints, parsed as a push of them would be. */
function replacements(world: World, items: readonly unknown[]): Replacements {
  const removed: Removed[] = []
  const problems: Problem[] = []
  // One for each source: what two of them say of one service is not said twice.
  const drafts = new Map<string, ContentDraft>()
  items.forEach((item, index) => {
    const path = ['services', index]
    const owner = ownerOf(world, item, path)
    if (Array.isArray(owner)) problems.push(...owner)
    const { source = '', claim } = Array.isArray(owner) ? {} : owner
    const draft = drafts.get(source) ?? new ContentDraft()
    drafts.set(source, draft)
    const emptied = addReplacement(draft, item, claim, path)
    if (emptied !== undefined) removed.push({ ...emptied, source })
  })
  const since = world.revision + 1
  const upserted = [...drafts].flatMap(([source, draft]) =>
    draft.content().entries.map(one => {
      const claims = claimsOn(world, one.namespace, one.name)
      const claim = claims.find(claim => claim.source === source)
      const standing = one.kind === 'Service' ? claim?.service : claim?.endpoints
      return { ...one, source, since, created: standing?.created ?? since }
    }),
  )
  problems.push(...[...drafts.values()].flatMap(draft => draft.problems))
  return { upserted, removed, problems }
}

/** Whose service an item is about; or why that cannot be said. Of an item without a name its parser says so. */
function ownerOf(
  world: World,
  item: unknown,
  path: Path,
): { readonly source?: string; readonly claim?: ServiceClaim } | Problem[] {
  const { namespace = 'default', name, source } = isObject(item) ? item : {}
  if (typeof namespace !== 'string' || typeof name !== 'string') return {}
  const claims = claimsOn(world, namespace, name)
  const sources = claims.map(one => one.source)
  if (claims.length === 0)
    return problem([...path, 'name'], `is no service that a source has: ${namespace}/${name}`)
  if (source === undefined && sources.length > 1)
    return problem([...path, 'source'], `is needed: ${sources.join(', ')} have this service`)
  const claim = source === undefined ? claims[0] : claims.find(one => one.source === source)
  if (claim === undefined) {
    const whose = sources.join(', ')
    return problem([...path, 'source'], `must be a source that has service ${namespace}/${name}: ${whose}`)
  }
  return { source: claim.source, claim }
}

/** In all realms. */
function claimsOn(world: World, namespace: string, name: string): readonly ServiceClaim[] {
  return world.services.get(`${namespace}/${name}`)?.services.flatMap(one => one.claims) ?? []
}

/** Fields that are given go before those that stand; null takes one away. Returns the key of endpoints that are none. */
function addReplacement(
  draft: ContentDraft,
  item: unknown,
  claim: ServiceClaim | undefined,
  path: Path,
): EntryKey | undefined {
  if (!isObject(item)) return addService(draft, item, path)
  const { source: _source, ...given } = item
  if (given.endpoints === null) given.endpoints = []
  const settings = claim?.service && (JSON.parse(claim.service.body) as object)
  const standing = claim?.endpoints && (JSON.parse(claim.endpoints.body) as Endpoints).endpoints
  const fields = { ...settings, ...(standing && { endpoints: standing }), ...given }
  const service = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
  // A source that has endpoints only goes on saying nothing of the service's settings.
  const isBare = Object.keys(service).every(field => ['namespace', 'name', 'endpoints'].includes(field))
  return claim !== undefined && settings === undefined && isBare
    ? addEndpoints(draft, service, path)
    : addService(draft, service, path)
}

function problem(path: Path, detail: string): Problem[] {
  return [{ pointer: pointer(path), detail }]
}
