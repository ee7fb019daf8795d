import type { Nack } from '../model/nacks.ts'

/**
 * What proxies refused: no content and no revision, but a history that is kept beside it, as long as the longer of the two
 * parts' and no more than `NACKS_KEPT` of them. Those that were seen last stay.
 */
export interface Nacks {
  /** Adds each, or adds it to the one of its key. */
  note(nacks: readonly Nack[]): Promise<void>
  /** Seen last first. */
  list(query: NacksQuery): Promise<{ items: Nack[]; total: number }>
}

export interface NacksQuery {
  readonly limit: number
  /** Only those behind this one. */
  readonly after?: Pick<Nack, 'lastAt' | 'key'> | undefined
  readonly gateway?: string | undefined
  readonly node?: string | undefined
  readonly typeUrl?: string | undefined
  readonly revision?: number | undefined
}

/** A fleet that flaps, or a client that makes up names, must not fill the disk. */
export const NACKS_KEPT = 10_000
