import type { StoredEntry } from '../../model/change.ts'
import { ContentDraft } from '../../model/content-draft.ts'
import type { EntryKey } from '../../model/entry.ts'
import { isObject } from '../../model/json.ts'
import { type Path, type Problem, problemAt } from '../../model/problem.ts'
import { addEndpoints, addService } from '../../model/service-item.ts'
import type { Endpoints } from '../../model/topology.ts'
import type { ServiceClaim } from '../../translate/parsed-claim.ts'
import type { World } from '../../translate/world.ts'

export type SourcedKey = EntryKey & { readonly source: string }

/** Entries that a simulation puts in place of what stands, or takes away. */
export interface Replacements {
  readonly upserted: StoredEntry[]
  readonly removed: SourcedKey[]
  readonly problems: Problem[]
}

/** The entries of replaced settings and endpoints, parsed as a push of them would be. */
export function replacements(world: World, items: readonly unknown[]): Replacements {
  const removed: SourcedKey[] = []
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
    return [problemAt([...path, 'name'], `is no service that a source has: ${namespace}/${name}`)]
  if (source === undefined && sources.length > 1)
    return [problemAt([...path, 'source'], `is needed: ${sources.join(', ')} have this service`)]
  const claim = source === undefined ? claims[0] : claims.find(one => one.source === source)
  if (claim === undefined) {
    const whose = sources.join(', ')
    return [
      problemAt([...path, 'source'], `must be a source that has service ${namespace}/${name}: ${whose}`),
    ]
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
