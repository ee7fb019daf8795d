import { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'
import type { KnownVersion } from './holdings.ts'

/** After so many milliseconds what was sent and not answered counts as there: a gate stops waiting. */
export const GIVE_UP = 5_000

const NONE: ReadonlyMap<NameId, KnownVersion> = new Map()

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
  #replaced: Map<NameId, KnownVersion> | undefined
  /** What others were sent too; undefined: names were replaced one by one, or taken out. */
  #shared: ReadonlyMap<NameId, KnownVersion> | undefined
  /**
   * Names of it to be looked at one by one when it is answered: the client was sent something else of them, or that they are
   * gone. With what the response had of them; undefined: that they are gone.
   */
  readonly others: { readonly id: NameId; readonly known: KnownVersion | undefined }[] = []

  constructor(number: number, at: number) {
    this.number = number
    this.at = at
  }

  /** Names that are still as it brought them over what the client had accepted, with that. */
  get replaced(): ReadonlyMap<NameId, KnownVersion> {
    return this.#shared ?? this.#replaced ?? NONE
  }

  replace(id: NameId, before: KnownVersion): void {
    this.#own().set(id, before)
  }

  /** All that it brings; of others as well. */
  replaceAll(replaced: ReadonlyMap<NameId, KnownVersion>): void {
    this.#shared = replaced
  }

  /** It is not as it was brought any more. `known`: what the client was sent. */
  takeOut(id: NameId, known: KnownVersion | undefined): void {
    if (!this.fresh.delete(id)) this.#own().delete(id)
    this.others.push({ id, known })
  }

  /** 0: it counts as taken. Else the time at which it will. */
  givenUpAt(now: number): number {
    const at = this.at + GIVE_UP
    return now >= at ? 0 : at
  }

  #own(): Map<NameId, KnownVersion> {
    this.#replaced ??= new Map(this.#shared)
    this.#shared = undefined
    return this.#replaced
  }
}
