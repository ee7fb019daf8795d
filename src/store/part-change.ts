import { type EntryKey, keyText } from '../model/entry.ts'

/** What is needed of an entry to decide whether it changes. */
export interface Digested extends EntryKey {
  readonly digest: string
}

/** What a write does to one part. Entries that stay as they are do not occur. */
export interface PartChange<Old extends Digested, New extends Digested> {
  readonly added: readonly New[]
  readonly updated: readonly { readonly from: Old; readonly to: New }[]
  readonly removed: readonly Old[]
}

/** The part becomes exactly `wanted`. */
export function replacing<Old extends Digested, New extends Digested>(
  standing: Iterable<Old>,
  wanted: Iterable<New>,
): PartChange<Old, New> {
  const rest = new Map<string, Old>()
  for (const old of standing) rest.set(keyText(old), old)
  const change = upserting(wanted, key => {
    const text = keyText(key)
    const old = rest.get(text)
    rest.delete(text)
    return old
  })
  return { ...change, removed: [...rest.values()] }
}

/** `wanted` is added or replaced, `remove` goes (unless it is also wanted), the rest stays. */
export function patching<Old extends Digested, New extends Digested>(
  find: (key: EntryKey) => Old | undefined,
  wanted: readonly New[],
  remove: readonly EntryKey[],
): PartChange<Old, New> {
  const kept = new Set(wanted.map(keyText))
  const going = new Map(remove.map(key => [keyText(key), key]))
  const removed: Old[] = []
  for (const [text, key] of going) {
    const old = kept.has(text) ? undefined : find(key)
    if (old !== undefined) removed.push(old)
  }
  return { ...upserting(wanted, find), removed }
}

function upserting<Old extends Digested, New extends Digested>(
  wanted: Iterable<New>,
  find: (key: EntryKey) => Old | undefined,
) {
  const added: New[] = []
  const updated: { from: Old; to: New }[] = []
  for (const to of wanted) {
    const from = find(to)
    if (from === undefined) added.push(to)
    else if (from.digest !== to.digest) updated.push({ from, to })
  }
  return { added, updated }
}

export function isEmpty(change: PartChange<Digested, Digested>): boolean {
  return change.added.length + change.updated.length + change.removed.length === 0
}
