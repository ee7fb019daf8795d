import { type Entry, type EntryKey, entry, type Kind, type Part, packEntries } from '../../src/model/entry.ts'
import type { PartWrite, Store, Write } from '../../src/store/store.ts'

/** Builders of writes: a test names only what matters to it. */

export function item(kind: Kind, name: string, content: unknown = 'x'): Entry {
  const namespace = kind === 'Zone' || kind === 'Node' ? '' : 'default'
  return entry({ kind, namespace, name }, JSON.stringify({ name, content }))
}

export const service = (name: string, content?: unknown) => item('Service', name, content)
export const route = (name: string, content?: unknown) => item('HTTPRoute', name, content)

let bodies = 0

/** Each body is another one, so that entries are compared, unless `bodyDigest` says otherwise. */
export function replacement(
  part: Part,
  entries: readonly Entry[],
  bodyDigest = `body ${++bodies}`,
): PartWrite {
  return { part, mode: 'replace', entries: packEntries(entries), bodyDigest }
}

export function patch(part: Part, upsert: readonly Entry[], remove: readonly EntryKey[] = []): PartWrite {
  return { part, mode: 'patch', entries: packEntries(upsert), remove }
}

export function push(
  store: Store,
  parts: PartWrite | readonly PartWrite[],
  options: Partial<Omit<Write, 'parts'>> = {},
): ReturnType<Store['write']> {
  const list = 'part' in parts ? [parts] : parts
  return store.write({ source: 'east', author: 'anonymous', ...options, parts: list })
}

/** The revision of a write that must have written one. */
export function revisionOf(result: { readonly outcome: string; readonly revision?: number | null }): number {
  if (result.outcome !== 'written' || typeof result.revision !== 'number') {
    throw new Error(`expected a revision, got ${JSON.stringify(result)}`)
  }
  return result.revision
}

/** The digest that a write answered with. */
export function digest(result: Awaited<ReturnType<Store['write']>>): string {
  if ('digest' in result && result.digest !== null) return result.digest
  throw new Error(`no digest: ${result.outcome}`)
}
