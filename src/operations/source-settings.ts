import { type SourceSettings, sourceSettingsKey } from '../model/control.ts'
import { type Entry, entry } from '../model/entry.ts'
import { parseJson } from '../model/json.ts'
import { parseSourceSettings } from '../model/parse-source-settings.ts'
import type { Store } from '../store/store.ts'
import { type Current, worldFrom } from './current-world.ts'
import { refuseFuture } from './read-part.ts'
import { isGone, type Refusal, refuse, refuseGone } from './refusal.ts'
import { type WriteAnswer, writeAnswer } from './write-answer.ts'

export interface SettingsWrite {
  readonly source: string
  readonly bytes: Uint8Array
  readonly author: string
  readonly dryRun: boolean
}

/**
 * Replaces the settings of a source, pushed or not; what is left out is as by default. Afterwards this replica judges
 * pushes by them.
 */
export async function writeSourceSettings(
  { store, replica }: Current,
  { source, bytes, author, dryRun }: SettingsWrite,
): Promise<WriteAnswer | Refusal> {
  const json = parseJson(bytes)
  if (!json.ok) return refuse('malformed', 'the body is not JSON that can be read', json.problems)
  const settings = parseSourceSettings(json.value)
  if (!settings.ok)
    return refuse('invalid', 'the settings say what must not be; nothing was stored', settings.problems)
  const wanted = settingsEntry(source, settings.value)
  const isDefault = wanted.digest === settingsEntry(source, {}).digest
  const result = await store.control({
    cause: 'settings',
    source,
    author,
    upsert: isDefault ? [] : [wanted],
    remove: isDefault ? [wanted] : [],
    dryRun,
  })
  if (result.outcome === 'written' && result.revision !== null) await worldFrom(replica, result.revision)
  const own = { ...result, digest: wanted.digest }
  return writeAnswer({ source, part: 'control', dryRun }, own, settings.warnings)
}

/** The settings as text of JSON; `{}` of a source that has content and no settings. */
export async function readSourceSettings(
  store: Store,
  source: string,
  revision?: number,
): Promise<Pick<Entry, 'body' | 'digest'> | Refusal> {
  const ahead = revision === undefined ? undefined : await refuseFuture(store, revision)
  if (ahead) return ahead
  const { kind, namespace, name } = sourceSettingsKey(source)
  const rows = await store.entries({ kinds: [kind], namespace, name, ...(revision && { revision }) })
  if (isGone(rows)) return refuseGone(revision ?? 0, rows)
  if (rows[0] !== undefined) return rows[0]
  const known = (await store.sources()).some(one => one.source === source)
  return known
    ? settingsEntry(source, {})
    : refuse('unknown', `source ${source} has neither pushed nor been configured`)
}

function settingsEntry(source: string, settings: SourceSettings): Entry {
  return entry(sourceSettingsKey(source), JSON.stringify(settings))
}
