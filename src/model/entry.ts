import { hash } from 'node:crypto'

/** The two halves of what a source says. */
export const PARTS = ['topology', 'routes'] as const
export type Part = (typeof PARTS)[number]

/** `control` is of no source: what operators say, and what Vicinity itself finds out, beside what sources push. */
export const STORED_PARTS = [...PARTS, 'control'] as const
export type StoredPart = (typeof STORED_PARTS)[number]

/** Entry kinds and the part each belongs to, in the order in which a part lists them. */
export const KIND_PARTS = {
  Defaults: 'topology',
  Demand: 'control',
  Drain: 'control',
  Endpoints: 'topology',
  GRPCRoute: 'routes',
  Gateway: 'routes',
  HTTPRoute: 'routes',
  Namespace: 'routes',
  Node: 'topology',
  Quarantine: 'control',
  ReferenceGrant: 'routes',
  Service: 'topology',
  SourceSettings: 'control',
  StaleSource: 'control',
  Zone: 'topology',
} as const satisfies Record<string, StoredPart>
export type Kind = keyof typeof KIND_PARTS

/** Kinds of entries that are in no namespace. */
export const GLOBAL_KINDS: ReadonlySet<Kind> = new Set(['Defaults', 'Zone', 'Node', 'Namespace'])

export function kindsOf(part: StoredPart): Kind[] {
  return (Object.keys(KIND_PARTS) as Kind[]).filter(kind => KIND_PARTS[kind] === part)
}

/** The one entry of kind Defaults that a source may have. */
export const DEFAULTS_KEY = { kind: 'Defaults', namespace: '', name: 'defaults' } as const

/** What names an entry inside a source. Zones, nodes, namespaces, defaults and all of `control` have the namespace ''. */
export interface EntryKey {
  readonly kind: Kind
  readonly namespace: string
  readonly name: string
}

/**
 * One item of a snapshot: the unit of storage, of diff and of change.
 *
 * `body` is the JSON text of the item as `GET` shows it: normalized by `parse` (defaults left out, keys in
 * schema order, endpoints sorted by name), so that equal content has equal text. A pushed service becomes two
 * entries: `Service` (all but its endpoints) and `Endpoints` (`{namespace, name, endpoints}`).
 */
export interface Entry extends EntryKey {
  /** SHA-256 over kind, namespace, name and body; 64 hex digits. */
  readonly digest: string
  readonly body: string
}

export function entry(key: EntryKey, body: string): Entry {
  const digest = hash('sha256', `${key.kind}\0${key.namespace}\0${key.name}\0${body}`)
  return { kind: key.kind, namespace: key.namespace, name: key.name, digest, body }
}

/** Text form of a key, unique inside a source. */
export function keyText(key: EntryKey): string {
  return `${key.kind}/${key.namespace}/${key.name}`
}

/** Entries as bytes, a line each, so that ten thousand of them cross threads as one transferred buffer. */
export type PackedEntries = Uint8Array<ArrayBuffer>

export function packEntries(entries: readonly Entry[]): PackedEntries {
  const rows = entries.map(e => JSON.stringify([e.kind, e.namespace, e.name, e.digest, e.body]))
  return new TextEncoder().encode(rows.join('\n'))
}

export function unpackEntries(packed: PackedEntries): Entry[] {
  return [...unpackedOneByOne(packed)]
}

/** For whoever has other work to do in between. */
export function* unpackedOneByOne(packed: PackedEntries): Generator<Entry> {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength)
  let from = 0
  while (from < bytes.length) {
    const newline = bytes.indexOf('\n', from)
    const to = newline === -1 ? bytes.length : newline
    const row = JSON.parse(bytes.toString('utf8', from, to)) as [Kind, string, string, string, string]
    const [kind, namespace, name, digest, body] = row
    yield { kind, namespace, name, digest, body }
    from = to + 1
  }
}
