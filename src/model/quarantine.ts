import { createHash } from 'node:crypto'
import { type Entry, type EntryKey, entry } from './entry.ts'

/** A version of a resource at a gateway, of which proxies say whether they take it. */
export interface Suspect {
  /** As namespace/name. */
  readonly gateway: string
  readonly typeUrl: string
  readonly name: string
  readonly version: string
}

/** A resource as it was before the refused version. */
export interface LastGood {
  readonly version: string
  /** The whole `envoy.service.discovery.v3.Resource`, deflated, as base64. */
  readonly resource: string
  readonly references: readonly string[]
  readonly place?: string
}

/**
 * The body of the row that says that a version is kept from proxies that were not sent it yet: they get the last good
 * one instead; where none is known, nothing.
 */
export interface Quarantine extends Suspect {
  /** What was being served when it was refused. */
  readonly revision: number
  /** The words of one that refused it. */
  readonly detail: string
  readonly lastGood?: LastGood | undefined
}

export function suspectKey({ gateway, typeUrl, name, version }: Suspect): string {
  return JSON.stringify([gateway, typeUrl, name, version])
}

/** Names may be long; what they are stands in the body. */
export function quarantineKey(suspect: Suspect): EntryKey {
  const name = createHash('sha256').update(suspectKey(suspect)).digest('hex').slice(0, 32)
  return { kind: 'Quarantine', namespace: '', name }
}

export function quarantineEntry(row: Quarantine): Entry {
  return entry(quarantineKey(row), JSON.stringify(row))
}

/** Who refused something; that a client says so is all that is known of a node. */
export interface Witness {
  /** `node.id`. */
  readonly node: string
  /** From where it is connected, without the port. */
  readonly host: string
}

/** What the proxies of one replica say of a suspect. */
export interface Testimony extends Suspect {
  /** Some of those that refused it, since it was first heard of. */
  readonly refusedBy: readonly Witness[]
  /** Somebody took it since then. */
  readonly isTaken: boolean
  /** Somebody is to have it, and may still take it. */
  readonly isOpen: boolean
  /** How many that want the name are to have this version, and how many another one, or none. */
  readonly current: number
  readonly other: number
  readonly revision: number
  readonly detail: string
  /** Somebody has another version that it took; what it is, where it is not too large to be told. */
  readonly hasLastGood: boolean
  readonly lastGood?: LastGood | undefined
}
