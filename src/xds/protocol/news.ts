import type { Resource } from '../../translate/resource.ts'
import type { IdMap } from '../names/id-map.ts'
import type { NameId } from '../names/name-id.ts'
import type { Holdings, KnownVersion } from './holdings.ts'

/**
 * What changed between two positions of a view for a client that had taken all that there was at the first, and for all
 * others that had the same and see the same. It does not change.
 */
export interface News {
  readonly since: number
  readonly until: number
  readonly resources: readonly Resource[]
  /** Their names, oldest change first. */
  readonly ids: readonly NameId[]
  /** What the client had of each, ... */
  readonly replaced: ReadonlyMap<NameId, KnownVersion>
  /** ... the pages of what it had, and those of what it has with these. */
  readonly before: IdMap<KnownVersion>
  readonly after: IdMap<KnownVersion>
  /** What else is said to have changed: the client does not want it, or it is not new to it. */
  readonly others: readonly NameId[]
  /** Of all resources. */
  readonly bytes: number
}

/** By name: what a client has, and what it is to have. */
interface Sides {
  readonly holdings: Pick<Holdings, 'get' | 'pagesOf'>
  readonly shown: { get(id: NameId): Resource | undefined }
}

/** What others may be told too; undefined: it is more than that resources without a place are other ones now. */
export function newsOf(
  span: Pick<News, 'since' | 'until' | 'ids' | 'others'>,
  { holdings, shown }: Sides,
): News | undefined {
  const resources: Resource[] = []
  const replaced = new Map<NameId, KnownVersion>()
  let bytes = 0
  for (const id of span.ids) {
    const resource = shown.get(id)
    const before = holdings.get(id)
    if (resource === undefined || before === undefined || before.place !== undefined) return undefined
    resources.push(resource)
    replaced.set(id, before)
    bytes += resource.encoded.length
  }
  const before = holdings.pagesOf(span.ids)
  const after = before.pagesOf(span.ids)
  for (const [index, id] of span.ids.entries()) after.set(id, resources[index] as Resource)
  // Whoever has these pages copies one before he changes it.
  return { ...span, resources, replaced, before, after: after.pagesOf(span.ids), bytes }
}
