import { type Entry, keyText } from '../../src/model/entry.ts'
import { EMPTY_PART_DIGEST, nextPartDigest } from '../../src/model/part-digest.ts'
import type { Sent } from './ledger.ts'

/** What a part of a source holds: the digests of its entries by key, and their sum. */
export interface PartModel {
  readonly entries: ReadonlyMap<string, string>
  readonly digest: string
}

export const NEVER_PUSHED: PartModel = { entries: new Map(), digest: '' }

/** The part after a push. */
export function after(before: PartModel, { form, content }: Pick<Sent, 'form' | 'content'>): PartModel {
  const entries = new Map(form === 'replace' ? [] : before.entries)
  for (const key of content.remove) entries.delete(keyText(key))
  for (const entry of content.entries) entries.set(keyText(entry), entry.digest)
  return { entries, digest: nextPartDigest(EMPTY_PART_DIGEST, entries.values()) }
}

/** The digest of these entries, made anew. */
export function digestOf(entries: readonly Entry[]): string {
  return nextPartDigest(
    EMPTY_PART_DIGEST,
    entries.map(({ digest }) => digest),
  )
}
