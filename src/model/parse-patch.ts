import { z } from 'zod'
import type { PatchContent } from './content.ts'
import { ContentDraft } from './content-draft.ts'
import { type EntryKey, GLOBAL_KINDS, kindsOf, type Part } from './entry.ts'
import { label } from './names.ts'
import { addRoutes } from './parse-routes.ts'
import { addDefaults, addNode, addZone } from './parse-topology.ts'
import type { Parsed, Path } from './problem.ts'
import { addEndpoints, addService } from './service-item.ts'
import { topology } from './topology.ts'

/**
 * A change of one part: `upsert` has the shape of the part (of topology also `endpoints`, on their own), `remove` names
 * entries. Removing a service takes its endpoints along.
 */
export function parsePatch(part: Part, value: unknown): Parsed<PatchContent> {
  const draft = new ContentDraft()
  const remove: EntryKey[] = []
  const fields = draft.object('patch', value, ['upsert', 'remove'], [])
  if (fields?.upsert !== undefined) {
    if (part === 'routes') addRoutes(draft, fields.upsert, ['upsert'])
    else remove.push(...upsertTopology(draft, fields.upsert, ['upsert']))
  }
  draft.each(fields?.remove, ['remove'], (item, at) => remove.push(...removedKeys(draft, part, item, at)))
  return draft.finish({ ...draft.content(), remove })
}

/** Returns the keys of the endpoints that a service no longer has. */
function upsertTopology(draft: ContentDraft, value: unknown, path: Path): EntryKey[] {
  const emptied: (EntryKey | undefined)[] = []
  const lists = draft.object('topology', value, [...Object.keys(topology.shape), 'endpoints'], path)
  draft.each(lists?.zones, [...path, 'zones'], (item, at) => addZone(draft, item, at))
  draft.each(lists?.nodes, [...path, 'nodes'], (item, at) => addNode(draft, item, at))
  emptied.push(addDefaults(draft, lists?.defaults, [...path, 'defaults']))
  draft.each(lists?.services, [...path, 'services'], (item, at) => {
    emptied.push(addService(draft, item, at))
  })
  draft.each(lists?.endpoints, [...path, 'endpoints'], (item, at) => {
    emptied.push(addEndpoints(draft, item, at))
  })
  return emptied.filter(key => key !== undefined)
}

function removedKeys(draft: ContentDraft, part: Part, item: unknown, path: Path): EntryKey[] {
  const parsed = draft.parse('removal', REMOVALS[part], item, path)
  if (parsed === undefined) return []
  const { kind, namespace, name } = parsed
  const isGlobal = GLOBAL_KINDS.has(kind)
  if (isGlobal && namespace !== undefined) {
    draft.refuse([...path, 'namespace'], `must be left out: a ${kind} has no namespace`)
    return []
  }
  const key = { kind, namespace: isGlobal ? '' : (namespace ?? 'default'), name }
  const keys: EntryKey[] = kind === 'Service' ? [key, { ...key, kind: 'Endpoints' }] : [key]
  return keys.every(one => draft.reserve(one, path)) ? keys : []
}

const REMOVALS = { topology: removal('topology'), routes: removal('routes') }

function removal(part: Part) {
  return z.strictObject({
    kind: z.enum(kindsOf(part)),
    namespace: label.optional(),
    /** Of a zone with a region: "region/zone", or "zone" where that is unambiguous. */
    name: z.string().min(1).max(253),
  })
}
