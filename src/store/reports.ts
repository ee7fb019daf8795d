/**
 * What the replicas on one database tell each other: each has a report of its own, and documents that say more of its
 * proxies. Nothing of it outlives the replicas, and nothing of it is a revision.
 *
 * - A replica is live as long as it tells something at least every `LIVE_FOR` milliseconds, by the database's clock.
 * - Numbers of versions are the writer's own and only grow; readers name those that they know and are told what is newer.
 */
export interface Reports {
  /**
   * Replaces the replica's report and says that it is live; others are called back when the version is another one.
   * Resolves to true when there was no report of it: its documents, if it had any, are gone too.
   */
  tell(replica: string, version: number, report: string): Promise<boolean>
  /** The live replicas but this one; a `report` where its version is not the known one. */
  others(replica: string, known: Versions): Promise<TextOf<'report'>[]>
  /** Adds or replaces documents of a replica, and deletes those from number `count` on. Does nothing without a report of it. */
  document(replica: string, documents: readonly Document[], count: number): Promise<void>
  /** All documents of the live replicas but this one, in order; `id` is REPLICA#NUMBER. */
  documents(replica: string, known: Versions): Promise<TextOf<'document'>[]>
  /** The replica stops: all of it goes. */
  leave(replica: string): Promise<void>
  /** Calls back when a replica has told something new. Returns its unsubscribe. */
  subscribe(listener: () => void): () => void
}

/** How long a replica that tells nothing is still believed to be there, in milliseconds. */
export const LIVE_FOR = 6_000

/** By id. */
export type Versions = Readonly<Record<string, number>>

export interface Document {
  readonly number: number
  readonly version: number
  /** Base64. */
  readonly document: string
}

export type TextOf<Name extends string> = { readonly id: string; readonly version: number } & {
  /** null: the version is the known one. */
  readonly [name in Name]: string | null
}
