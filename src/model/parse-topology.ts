import type { Content } from './content.ts'
import { ContentDraft } from './content-draft.ts'
import { DEFAULTS_KEY, type EntryKey } from './entry.ts'
import { normalDefaults, sourceDefaults } from './locality-settings.ts'
import { normalNode, zoneKeyName } from './normal-topology.ts'
import type { Parsed, Path } from './problem.ts'
import { addService } from './service-item.ts'
import { node, topology, zone } from './topology.ts'
import { checkZoneReferences } from './zone-references.ts'

/** A topology as it was pushed, to entries; or all that is wrong with it. `value` comes from `parseJson`. */
export function parseTopology(value: unknown): Parsed<Content> {
  const draft = new ContentDraft()
  addTopology(draft, value, [])
  return draft.finish(draft.content())
}

export function addTopology(draft: ContentDraft, value: unknown, path: Path): void {
  const lists = draft.object('topology', value, Object.keys(topology.shape), path)
  if (lists === undefined) return
  draft.each(lists.zones, [...path, 'zones'], (item, at) => addZone(draft, item, at))
  draft.each(lists.nodes, [...path, 'nodes'], (item, at) => addNode(draft, item, at))
  addDefaults(draft, lists.defaults, [...path, 'defaults'])
  draft.each(lists.services, [...path, 'services'], (item, at) => addService(draft, item, at))
}

export function addZone(draft: ContentDraft, item: unknown, path: Path): void {
  const parsed = draft.parse('zone', zone, item, path)
  if (parsed === undefined) return
  draft.declareZone(parsed)
  const key = { kind: 'Zone', namespace: '', name: zoneKeyName(parsed) } as const
  if (draft.reserve(key, path)) draft.add(key, parsed, path)
}

export function addNode(draft: ContentDraft, item: unknown, path: Path): void {
  const parsed = draft.parse('node', node, item, path)
  if (parsed === undefined) return
  const key = { kind: 'Node', namespace: '', name: parsed.name } as const
  if (draft.reserve(key, path)) draft.add(key, normalNode(parsed), path)
}

/** Zones come first: rules of distribution name them. Returns the key of the entry when nothing is set: in a patch it goes. */
export function addDefaults(draft: ContentDraft, item: unknown, path: Path): EntryKey | undefined {
  if (item === undefined) return undefined
  const isFirst = draft.reserve(DEFAULTS_KEY, path)
  const parsed = draft.parse('defaults', sourceDefaults, item, path)
  if (parsed === undefined || !isFirst) return undefined
  checkZoneReferences(draft, parsed.locality, [...path, 'locality'])
  const normal = normalDefaults(parsed)
  if (normal === undefined) return DEFAULTS_KEY
  draft.add(DEFAULTS_KEY, normal, path)
  return undefined
}
