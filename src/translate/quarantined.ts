import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Map as ImmutableMap } from 'immutable'
import type { StoredEntry } from '../model/change.ts'
import type { LastGood, Quarantine } from '../model/quarantine.ts'
import type { Resource } from './resource.ts'

/** A row, with what stands in for the version that is kept back; undefined: nothing does. */
export interface Quarantined extends Omit<Quarantine, 'lastGood'> {
  readonly lastGood: Resource | undefined
}

/** By the name of the row. */
export type Quarantines = ImmutableMap<string, Quarantined>

/** The rows after one of them came, or went (undefined). */
export function withQuarantine(rows: Quarantines, name: string, entry: StoredEntry | undefined): Quarantines {
  return entry === undefined ? rows.delete(name) : rows.set(name, quarantined(JSON.parse(entry.body)))
}

function quarantined({ lastGood, ...row }: Quarantine): Quarantined {
  return { ...row, lastGood: lastGood && unpacked(row, lastGood) }
}

/** The largest resource that is kept as a last good one, in bytes: it is compressed between two turns of the streams. */
const PACKED_LIMIT = 1024 * 1024

/** undefined: it is too large to be kept beside the entries. */
export function packed({ version, encoded, references, place }: Resource): LastGood | undefined {
  if (encoded.length > PACKED_LIMIT) return undefined
  const resource = deflateRawSync(encoded).toString('base64')
  return { version, resource, references, ...(place !== undefined && { place }) }
}

function unpacked(
  { name, typeUrl }: Pick<Quarantine, 'name' | 'typeUrl'>,
  { version, resource, references, place }: LastGood,
): Resource {
  const encoded = inflateRawSync(Buffer.from(resource, 'base64'))
  return { name, typeUrl, version, encoded, references, place }
}
