import type { Commit } from '../../model/change.ts'
import { processTime } from '../../process-time.ts'

/** How the proxies of one zone that a revision concerns have answered it. */
export interface ZoneAnswer {
  readonly revision: number
  readonly part: Commit['part']
  /** A region and zone, as people are told them; '' is unknown. */
  readonly zone: string
  readonly acked: number
  readonly nacked: number
  /** From the commit to the last ACK, or until now where somebody has not answered for too long; undefined: no ACK. */
  readonly seconds: number | undefined
}

export type ObserveAnswer = (answer: ZoneAnswer) => void

/** Whoever has not answered by then is not waited for any more, in milliseconds. */
const LONGEST = 60_000

class Zone {
  waiting = 0
  acked = 0
  nacked = 0
  lastAck = 0
  isObserved = false
}

/**
 * Times one round, zone by zone. A zone is observed once: when all streams were told of the edition and no proxy of the
 * zone that it concerns has left its answer out; or after a minute, however many have.
 */
export class AckTimes {
  /** Oldest first. */
  readonly #commits: readonly Commit[]
  readonly #observe: ObserveAnswer
  readonly #zones = new Map<string, Zone>()
  #isTold = false

  constructor(commits: readonly Commit[], observe: ObserveAnswer) {
    this.#commits = commits
    this.#observe = observe
  }

  /** Since when the oldest of the revisions is there; undefined: there is none that is timed. */
  get since(): number | undefined {
    return this.#commits[0]?.at
  }

  /** Zones that wait for a proxy. */
  get waiting(): string[] {
    return [...this.#zones].flatMap(([name, { waiting }]) => (waiting > 0 ? [name] : []))
  }

  /** One more stream of a zone is to answer. */
  await(name: string): void {
    let zone = this.#zones.get(name)
    if (zone === undefined) {
      zone = new Zone()
      this.#zones.set(name, zone)
    }
    zone.waiting += 1
  }

  acked(name: string): void {
    const zone = this.#answered(name)
    zone.acked += 1
    zone.lastAck = processTime()
    this.#settle(name, zone)
  }

  nacked(name: string): void {
    const zone = this.#answered(name)
    zone.nacked += 1
    this.#settle(name, zone)
  }

  /** It will not answer. */
  left(name: string): void {
    this.#settle(name, this.#answered(name))
  }

  /** Nobody else will come to be concerned. */
  told(): void {
    this.#isTold = true
    for (const [name, zone] of this.#zones) this.#settle(name, zone)
  }

  /** Observes who is late; `isForced`: it is given up whatever its age. */
  expire(now: number, isForced = false): void {
    const { since } = this
    if (since === undefined || (!isForced && now - since < LONGEST)) return
    for (const [name, zone] of this.#zones) if (zone.waiting > 0) this.#tell(name, zone, now)
  }

  #answered(name: string): Zone {
    const zone = this.#zones.get(name) ?? new Zone()
    zone.waiting -= 1
    return zone
  }

  #settle(name: string, zone: Zone): void {
    if (!this.#isTold || zone.waiting > 0) return
    this.#tell(name, zone, zone.acked > 0 ? zone.lastAck : undefined)
  }

  #tell(name: string, zone: Zone, end: number | undefined): void {
    const { acked, nacked, isObserved } = zone
    if (isObserved) return
    zone.isObserved = true
    if (end === undefined && nacked === 0) return
    for (const { revision, part, at } of this.#commits) {
      const seconds = end === undefined ? undefined : Math.max(0, end - at) / 1000
      this.#observe({ revision, part, zone: name, acked, nacked, seconds })
    }
  }
}
