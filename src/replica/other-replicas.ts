import type { Logger } from 'pino'
import type { Report } from '../model/report.ts'
import type { Reports } from '../store/reports.ts'
import { Alarm } from './alarm.ts'

export interface OtherReplica {
  readonly id: string
  readonly report: Report
}

/** How often the others are looked at while nobody waits for them, in milliseconds. */
const LOOK = 2_000

/** After the database failed. */
const RETRY = 500

/**
 * The live replicas beside this one, as they told it last. They are looked at now and then, and whenever one has told
 * something while somebody attends: 20 replicas that heard every word of each other would do little else.
 */
export class OtherReplicas {
  readonly #reports: Reports
  readonly #own: string
  readonly #log: Logger
  #known = new Map<string, OtherReplica & { readonly version: number }>()
  readonly #listeners = new Set<() => void>()
  #attending = 0
  #isDue = false
  #isClosed = false
  #isFailing = false
  #looking: Promise<void> | undefined
  readonly #alarm = new Alarm(() => this.#look())
  readonly #unsubscribe: () => void

  constructor(reports: Reports, own: string, log: Logger) {
    this.#reports = reports
    this.#own = own
    this.#log = log
    this.#unsubscribe = reports.subscribe(() => {
      if (this.#attending > 0) this.#look()
    })
    this.#look()
  }

  get all(): readonly OtherReplica[] {
    return [...this.#known.values()]
  }

  /** Calls back after every look. Returns its unsubscribe. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Looks now, and whenever something is told, until the returned function is called. */
  attend(): () => void {
    this.#attending += 1
    this.#look()
    return () => {
      this.#attending -= 1
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#unsubscribe()
    this.#alarm.stop()
    await this.#looking
  }

  /** One look after the other: what is told during one is seen by the next. */
  #look(): void {
    this.#isDue = true
    this.#looking ??= this.#lookWhileDue().finally(() => {
      this.#looking = undefined
    })
  }

  async #lookWhileDue(): Promise<void> {
    while (this.#isDue && !this.#isClosed) {
      this.#isDue = false
      try {
        await this.#read()
        this.#isFailing = false
        this.#alarm.set(LOOK)
      } catch (error) {
        // Those that were there are believed to be there still: nobody can say otherwise.
        if (!this.#isFailing) this.#log.warn({ err: error }, 'looking at the other replicas failed')
        this.#isFailing = true
        this.#alarm.set(RETRY)
      }
    }
  }

  async #read(): Promise<void> {
    const versions = Object.fromEntries(Array.from(this.#known, ([id, { version }]) => [id, version]))
    const rows = await this.#reports.others(this.#own, versions)
    const known = new Map<string, OtherReplica & { readonly version: number }>()
    for (const { id, version, report } of rows) {
      const before = this.#known.get(id)
      if (report !== null) known.set(id, { id, version, report: JSON.parse(report) as Report })
      else if (before !== undefined) known.set(id, before)
    }
    this.#known = known
    for (const listener of this.#listeners) listener()
  }
}
