import { expect } from 'vitest'
import { type EntryKey, keyText } from '../../src/model/entry.ts'
import type { ChangeBatch, FeedBatch, StoredEntry } from '../../src/store/store.ts'

export async function collect(batches: AsyncIterable<FeedBatch>): Promise<FeedBatch[]> {
  const all: FeedBatch[] = []
  for await (const batch of batches) all.push(batch)
  return all
}

/** What a reader of the feed does. `seen` is by source and key. */
export function apply(seen: Map<string, StoredEntry>, batch: ChangeBatch): void {
  const text = (key: EntryKey & { readonly source: string }) => `${key.source}/${keyText(key)}`
  for (const entry of batch.upserted) seen.set(text(entry), entry)
  for (const key of batch.removed) {
    expect(seen.has(text(key)), 'only what a reader has is removed').toBe(true)
    seen.delete(text(key))
  }
}

/** Entries as texts that can be compared. */
export function withoutOrder(entries: Iterable<StoredEntry>): string[] {
  return Array.from(
    entries,
    e => `${e.source} ${keyText(e)} ${e.digest} ${e.since} ${e.created} ${e.body}`,
  ).sort()
}
