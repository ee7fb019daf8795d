import type { Commit } from '../../model/change.ts'
import { processTime } from '../../process-time.ts'
import { AckTimes, type ObserveAnswer } from './ack-times.ts'
import { Member, Round, type RoundStream } from './round.ts'

/** How many may be open at once: a proxy that answers nothing for hours must not fill the memory. */
const OPEN_LIMIT = 1_024

/** The ways of all editions through the streams that are there. */
export class Rounds<Stream extends RoundStream> {
  readonly #members = new Map<string, Member<Stream>>()
  readonly #observe: ObserveAnswer
  /** The newest last, whether they are done or not, for those who ask. */
  #kept: Round[] = []
  /** The edition up to which none are kept. */
  #since: number
  /** Those that have unseen streams, and all that wait for somebody; the newest last. */
  readonly #untold = new Set<Round>()
  readonly #open = new Set<Round>()
  #coalesced = 0

  /** `observe` is told how each zone has answered a revision. */
  constructor(since: number, observe: ObserveAnswer) {
    this.#since = since
    this.#observe = observe
  }

  get streams(): Stream[] {
    return Array.from(this.#members.values(), one => one.stream)
  }

  get kept(): readonly Round[] {
    return this.#kept
  }

  get since(): number {
    return this.#since
  }

  /** Changes that concerned a stream and were not sent to it: newer ones came before. */
  get coalesced(): number {
    return this.#coalesced
  }

  stream(id: string): Stream | undefined {
    return this.#members.get(id)?.stream
  }

  join(stream: Stream, edition: number): void {
    this.#members.set(stream.id, new Member(stream, edition))
  }

  /** As `told`. */
  left({ id }: Stream): boolean {
    const member = this.#members.get(id)
    if (member === undefined) return false
    this.#members.delete(id)
    const unseenOf = this.#unseenOf(member)
    for (const round of unseenOf) round.unseenLeft()
    return this.#pass([...unseenOf, ...member.rounds], round => round.left(member))
  }

  /** A new edition, with these revisions. Returns its round. */
  begin(edition: number, commits: readonly Commit[]): Round {
    const times = new AckTimes(commits, this.#observe)
    const round = new Round(edition, this.#members, this.#members.size, times)
    this.#kept.push(round)
    if (round.isDone) return round
    this.#untold.add(round)
    this.#open.add(round)
    if (this.#open.size > OPEN_LIMIT) this.#closeOldest()
    return round
  }

  /** The stream was told of the edition, and sent what it can take. Returns whether that ends a round. */
  told({ id }: Stream, edition: number, isConcerned: boolean): boolean {
    const member = this.#members.get(id)
    if (member === undefined) return false
    const rounds = this.#unseenOf(member)
    member.told = edition
    if (isConcerned) this.#countCoalesced(member, rounds.length)
    const hasEnded = this.#pass(rounds, round => round.told(member, isConcerned))
    return this.#answered(member) || hasEnded
  }

  /** As `told`. */
  answered({ id }: Stream): boolean {
    const member = this.#members.get(id)
    return member !== undefined && this.#answered(member)
  }

  /** A round of whoever has not answered the edition yet; to be abandoned. */
  late(edition: number): Round {
    // Counted as one unseen until all have joined: before that it would be done.
    const round = new Round(edition, this.#members, 1)
    for (const member of this.#members.values())
      if (member.stream.settled < edition) {
        round.join(member, member.stream.responses)
        round.answered(member)
      }
    round.unseenLeft()
    return round
  }

  /** Keeps no more than the last `count`. */
  dropTo(count: number): void {
    const dropped = this.#kept.splice(0, Math.max(0, this.#kept.length - count))
    this.#since = dropped.at(-1)?.edition ?? this.#since
    for (const round of dropped) this.#release(round)
  }

  /** Zones that wait for answers, and since when the oldest revision is there that they wait for. */
  waitingZones(): Map<string, number> {
    const zones = new Map<string, number>()
    for (const { times } of this.#open) {
      const { since } = times
      if (since === undefined) continue
      for (const zone of times.waiting) if (!zones.has(zone)) zones.set(zone, since)
    }
    return zones
  }

  /** Observes what is late. */
  expire(): void {
    const now = processTime()
    for (const { times } of this.#open) times.expire(now)
  }

  #answered(member: Member): boolean {
    if (member.rounds.size === 0) return false
    return this.#pass([...member.rounds], round => round.answered(member))
  }

  #unseenOf({ told }: Member): Round[] {
    return this.#untold.size === 0 ? [] : [...this.#untold].filter(({ edition }) => edition > told)
  }

  #pass(rounds: readonly Round[], see: (round: Round) => void): boolean {
    let hasEnded = false
    for (const round of rounds) {
      see(round)
      if (round.isTold) this.#untold.delete(round)
      if (!round.isDone) continue
      this.#open.delete(round)
      hasEnded = true
    }
    return hasEnded
  }

  /** What was not sent before more came is sent with that; so is what came while the stream waited for its turn. */
  #countCoalesced(member: Member, editions: number): void {
    const { newsAfter } = member.stream
    this.#coalesced += Math.max(0, editions - 1) + (newsAfter === member.newsAfter ? 1 : 0)
    member.newsAfter = newsAfter
  }

  #closeOldest(): void {
    const [oldest] = this.#open as unknown as [Round]
    oldest.times.expire(processTime(), true)
    this.#open.delete(oldest)
    this.#release(oldest)
  }

  /** Without effect while somebody may still ask for it. */
  #release(round: Round): void {
    if (this.#open.has(round) || this.#kept.includes(round)) return
    this.#untold.delete(round)
    round.abandon()
  }
}
