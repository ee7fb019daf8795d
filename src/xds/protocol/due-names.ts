import { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'
import type { News } from './news.ts'

/**
 * Names that are to be looked at before the next response. Changes of what the client has go before what it newly
 * asked for, so that they do not wait behind a large first sync.
 */
export class DueNames {
  /** In the order in which they changed. */
  readonly #changed = new Set<NameId>()
  /** All that is due, where others are told the same. */
  #news: News | undefined
  readonly #asked = new IdSet()
  /** Due to be sent although the client may have that version. */
  readonly #forced = new IdSet()

  /** All that is due, where the client newly asked for it; undefined: some of it has changed. */
  get newlyAsked(): IdSet | undefined {
    return this.#news === undefined && this.#changed.size === 0 ? this.#asked : undefined
  }

  /** All that is due, where it changed for others as well; undefined: it is due name by name. */
  get news(): News | undefined {
    return this.#news
  }

  /** How many are due one by one. */
  get size(): number {
    return this.#changed.size + this.#asked.size
  }

  get isEmpty(): boolean {
    return this.#news === undefined && this.#changed.size === 0 && this.#asked.size === 0
  }

  has(name: NameId): boolean {
    return this.#news?.replaced.has(name) || this.#changed.has(name) || this.#asked.has(name)
  }

  isForced(name: NameId): boolean {
    return this.#forced.has(name)
  }

  /** Where nothing is due. */
  changeAll(news: News): void {
    this.#news = news
  }

  change(name: NameId): void {
    this.spread()
    if (!this.#asked.has(name)) this.#changed.add(name)
  }

  ask(name: NameId): void {
    this.spread()
    if (!this.#changed.has(name)) this.#asked.add(name)
  }

  askAll(ids: IdSet): void {
    this.spread()
    if (this.#changed.size === 0) this.#asked.addAll(ids)
    else for (const id of ids) this.ask(id)
  }

  /** A due name is to be sent in any case. */
  force(name: NameId): void {
    this.#forced.add(name)
  }

  forceAll(names: IdSet): void {
    this.#forced.addAll(names)
  }

  /** It is due, and only to be sent if the client has another version. */
  reask(name: NameId): void {
    this.#forced.delete(name)
    this.ask(name)
  }

  delete(name: NameId): void {
    this.spread()
    if (!this.#asked.delete(name)) this.#changed.delete(name)
    this.#forced.delete(name)
  }

  /** Some of those that are due, which are nearly always all of them. */
  deleteEach(names: readonly NameId[]): void {
    this.spread()
    if (names.length === this.size) this.clear()
    else for (const name of names) this.delete(name)
  }

  clear(): void {
    this.#news = undefined
    this.#changed.clear()
    this.#asked.clear()
    this.#forced.clear()
  }

  deleteAll(names: IdSet): void {
    this.spread()
    for (const name of this.#changed) if (names.has(name)) this.#changed.delete(name)
    this.#asked.deleteAll(names)
    this.#forced.deleteAll(names)
  }

  /** As they are now, in the order in which they should be sent. */
  list(): NameId[] {
    if (this.#news !== undefined) return [...this.#news.ids]
    return this.#changed.size === 0 ? this.#asked.list() : [...this.#changed, ...this.#asked.list()]
  }

  /** What is due is looked at name by name: the view moves on, something else is due, or something of it is not. */
  spread(): void {
    if (this.#news === undefined) return
    for (const name of this.#news.ids) this.#changed.add(name)
    this.#news = undefined
  }
}
