import type { StoredPart } from '../../model/entry.ts'
import { EMPTY_PART_DIGEST, nextPartDigest } from '../../model/part-digest.ts'
import type { Revision } from '../store.ts'
import type { ClosedEntry } from './moment.ts'
import type { Problems } from './problems.ts'
import type { Rows } from './tables.ts'

type PartRow = Rows['part']

/** So many digests are held before they are summed. */
const SUMMED_AT_ONCE = 1_000

/**
 * The intervals of one part beside its entries, counted again from the first to the last. It is told what each revision
 * did, then `endRevision`. Up to the floor it only sums: rows from before may be gone.
 */
export class PartHistory {
  readonly #name: string
  readonly #floor: number
  readonly #problems: Problems
  /** Of the entries, before the revision and after what is known of it. */
  #before = { digest: EMPTY_PART_DIGEST, entries: 0 }
  #after = { digest: EMPTY_PART_DIGEST, entries: 0 }
  #came: string[] = []
  #went: string[] = []
  #interval: PartRow | undefined
  #opened: PartRow | undefined
  #counts = { came: 0, went: 0, added: 0 }

  constructor(source: string, part: StoredPart, floor: number, problems: Problems) {
    this.#name = part === 'control' ? 'part control' : `part ${source}/${part}`
    this.#floor = floor
    this.#problems = problems
  }

  /** The digest that the part's intervals name now. */
  get digest(): string {
    return this.#interval?.digest ?? EMPTY_PART_DIGEST
  }

  open(row: PartRow): void {
    this.#opened = row
  }

  came({ digest, since, created }: Rows['entry']): void {
    this.#came.push(digest)
    this.#counts.came += 1
    if (created === since) this.#counts.added += 1
    if (this.#came.length >= SUMMED_AT_ONCE) this.#sum()
  }

  went({ digest }: ClosedEntry): void {
    this.#went.push(digest)
    this.#counts.went += 1
    if (this.#went.length >= SUMMED_AT_ONCE) this.#sum()
  }

  /** Compares what stood until this revision; tells how much it changed, by the rows that are left. */
  endRevision(revision: number): Revision['changed'] {
    this.#sum()
    if (revision > this.#floor) this.#compareUntil(revision)
    if (this.#opened !== undefined) this.#interval = this.#opened
    else if (this.#interval?.until === revision) this.#interval = undefined
    const { came, went, added } = this.#counts
    this.#before = this.#after
    this.#opened = undefined
    this.#counts = { came: 0, went: 0, added: 0 }
    return { added, updated: came - added, removed: went - (came - added) }
  }

  /** After the last revision. */
  end(head: number): void {
    this.#leaveInterval(head + 1)
    this.#compareSums(head + 1)
  }

  #compareUntil(revision: number): void {
    this.#leaveInterval(revision)
    const interval = this.#interval
    const opened = this.#opened
    if (interval !== undefined && interval.until !== revision) {
      const what = opened === undefined ? 'its entries change' : 'another interval of it begins'
      this.#problems.add(`${this.#nameOf(interval)}: ${what} at revision ${revision}`)
    } else if (interval === undefined && opened === undefined) {
      this.#problems.add(`${this.#name}: its entries change at revision ${revision}, where it is not there`)
    }
    if (opened !== undefined && opened.created !== (interval?.created ?? revision))
      this.#problems.add(`${this.#nameOf(opened)}: "created" is ${opened.created}, which is not when it came`)
    this.#compareSums(revision)
  }

  /** A part that was removed when it was empty: no row says so but that of its last interval. */
  #leaveInterval(revision: number): void {
    const until = this.#interval?.until ?? null
    if (until === null || until >= revision) return
    if (until > this.#floor) this.#compareSums(until)
    this.#interval = undefined
  }

  /** A difference is told once: what comes after is compared to what the interval says. */
  #compareSums(revision: number): void {
    const { digest, entries } = this.#interval ?? { digest: EMPTY_PART_DIGEST, entries: 0 }
    const found = this.#before
    const name = this.#interval
      ? this.#nameOf(this.#interval)
      : `${this.#name}, gone before revision ${revision}`
    if (entries !== found.entries)
      this.#problems.add(`${name}: it counts ${entries} entries, there are ${found.entries}`)
    if (digest === found.digest && entries === found.entries) return
    if (digest !== found.digest)
      this.#problems.add(`${name}: its digest ${digest} is not the sum of its entries, ${found.digest}`)
    this.#before = { digest, entries }
    this.#after = {
      digest: nextPartDigest(this.#after.digest, [digest], [found.digest]),
      entries: this.#after.entries + entries - found.entries,
    }
  }

  #sum(): void {
    const { digest, entries } = this.#after
    this.#after = {
      digest: nextPartDigest(digest, this.#came, this.#went),
      entries: entries + this.#came.length - this.#went.length,
    }
    this.#came = []
    this.#went = []
  }

  #nameOf({ since, until }: PartRow): string {
    return `${this.#name} from revision ${since} until ${until ?? 'now'}`
  }
}
