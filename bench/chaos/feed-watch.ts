import { request } from '../../demo/http-request.ts'
import type { Revision } from '../../src/store/store.ts'
import type { Findings } from './findings.ts'
import type { Replica } from './replica.ts'

const PAGE = 1_000
const TIMEOUT = 3_000

/** Reads the history through one replica as it goes on, and watches the revision that it serves. */
export class FeedWatch {
  readonly #replica: Replica
  /** What any replica has shown, by revision. */
  readonly #history: Map<number, string>
  readonly #findings: Findings
  readonly rows: Revision[] = []
  #pid: number | undefined
  #served = 0

  constructor(replica: Replica, history: Map<number, string>, findings: Findings) {
    this.#replica = replica
    this.#history = history
    this.#findings = findings
  }

  /** The newest revision that it serves, as far as is known. */
  get served(): number {
    return this.#served
  }

  /** Reads what there is since the last time; what cannot be reached is read the next time. */
  async look(): Promise<void> {
    const { pid } = this.#replica
    if (pid === undefined) return
    if (pid !== this.#pid) this.#served = 0
    this.#pid = pid
    await this.#readHistory()
    await this.#readServed(pid)
  }

  /** The whole history, as it is now. */
  async again(): Promise<Revision[]> {
    const all: Revision[] = []
    for (;;) {
      const page = await this.#page(all.at(-1)?.revision)
      if (page === undefined) throw new Error(`${this.#replica.name} does not answer`)
      all.push(...page)
      if (page.length < PAGE) return all
    }
  }

  async #readHistory(): Promise<void> {
    for (;;) {
      const page = await this.#page(this.rows.at(-1)?.revision)
      for (const row of page ?? []) this.#take(row)
      if (page === undefined || page.length < PAGE) return
    }
  }

  async #page(last: number | undefined): Promise<Revision[] | undefined> {
    const after = last === undefined ? '' : `&after=${last}`
    const text = await this.#ask(`/v1/revisions?sort=revision&limit=${PAGE}${after}`)
    return text === undefined ? undefined : (JSON.parse(text) as { items: Revision[] }).items
  }

  #take(row: Revision): void {
    const { name } = this.#replica
    const expected = (this.rows.at(-1)?.revision ?? 0) + 1
    if (row.revision !== expected)
      this.#findings.add('revision out of order', `${name} showed ${row.revision} after ${expected - 1}`)
    const text = JSON.stringify(row)
    const shown = this.#history.get(row.revision)
    if (shown !== undefined && shown !== text)
      this.#findings.add('history of two kinds', `${name} shows ${text}, another one showed ${shown}`)
    this.#history.set(row.revision, text)
    this.rows.push(row)
  }

  async #readServed(pid: number): Promise<void> {
    const text = await this.#ask('/metrics')
    // It may have been replaced while it answered.
    if (text === undefined || this.#replica.pid !== pid) return
    const served = Number(/^vicinity_revision (\d+)$/m.exec(text)?.[1])
    if (served < this.#served)
      this.#findings.add('revision went back', `${this.#replica.name} serves ${served} after ${this.#served}`)
    if (served >= 0) this.#served = served
  }

  /** Undefined while it is paused, cut off, or ended, or its database is away: others look for that. */
  async #ask(path: string): Promise<string | undefined> {
    const answer = await request(this.#replica.rest, { path, timeout: TIMEOUT }).catch(() => undefined)
    if (answer === undefined || answer.status === 503) return undefined
    if (answer.status === 200) return answer.text
    this.#findings.add(
      'read answered wrongly',
      `${this.#replica.name} ${path}: ${answer.status} ${answer.text}`,
    )
    return undefined
  }
}
