import { type EntryKey, keyText } from '../../model/entry.ts'
import type { ChangeCounts } from '../store.ts'

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
  standing: Iterable<Old>,
  wanted: readonly New[],
  remove: readonly EntryKey[],
): PartChange<Old, New> {
  const olds = new Map(Array.from(standing, old => [keyText(old), old]))
  const kept = new Set(wanted.map(keyText))
  const removed = new Map<string, Old>()
  for (const text of remove.map(keyText)) {
    const old = kept.has(text) ? undefined : olds.get(text)
    if (old !== undefined) removed.set(text, old)
  }
  return { ...upserting(wanted, key => olds.get(keyText(key))), removed: [...removed.values()] }
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

/** The rows that a change writes, and those that it closes. */
export function comingAndGoing<Old extends Digested, New extends Digested>(
  change: PartChange<Old, New>,
): { readonly coming: New[]; readonly going: Old[] } {
  return {
    coming: [...change.added, ...change.updated.map(({ to }) => to)],
    going: [...change.removed, ...change.updated.map(({ from }) => from)],
  }
}

export function isEmpty(change: PartChange<Digested, Digested>): boolean {
  return change.added.length + change.updated.length + change.removed.length === 0
}

export function counts(changes: readonly PartChange<Digested, Digested>[]): ChangeCounts {
  const sum = (lengths: number[]) => lengths.reduce((total, length) => total + length, 0)
  return {
    added: sum(changes.map(change => change.added.length)),
    updated: sum(changes.map(change => change.updated.length)),
    removed: sum(changes.map(change => change.removed.length)),
  }
}
