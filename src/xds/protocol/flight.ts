import { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'
import type { KnownVersion } from './holdings.ts'

/** After so many milliseconds what was sent and not answered counts as there: a gate stops waiting. */
export const GIVE_UP = 5_000

/**
 * One response on its way, as names remember it: one object for all of them, so that the answer to a thousand names which
 * the client had nothing of before is one assignment.
 */
export class Flight {
  /** Number of the response. */
  readonly number: number
  /** When it was sent. */
  readonly at: number
  /** Names that are still as it brought them first. */
  readonly fresh = new IdSet()
  /** Names that are still as it brought them over what the client had accepted, with that. */
  readonly replaced = new Map<NameId, KnownVersion>()
  /**
   * Names of it to be looked at one by one when it is answered: the client was sent something else of them, or that they are
   * gone. With what the response had of them; undefined: that they are gone.
   */
  readonly others: { readonly id: NameId; readonly known: KnownVersion | undefined }[] = []

  constructor(number: number, at: number) {
    this.number = number
    this.at = at
  }

  /** 0: it counts as taken. Else the time at which it will. */
  givenUpAt(now: number): number {
    const at = this.at + GIVE_UP
    return now >= at ? 0 : at
  }
}
