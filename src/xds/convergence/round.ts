import type { Convergence } from '../../model/proxies.ts'
import { AckTimes } from './ack-times.ts'

/** What a round must know of a stream. */
export interface RoundStream {
  readonly id: string
  readonly node: string
  /** Where it stands, as people are told it. */
  readonly zone: string
  /** Everything up to this edition was sent and answered. */
  readonly settled: number
  readonly responses: number
  /** Number of the last response before its last news. */
  readonly newsAfter: number
  readonly isStuck: boolean
  rejectedAfter(response: number): { typeUrl: string; detail: string }[]
}

/** A stream among those that rounds go through. */
export class Member<Stream extends RoundStream = RoundStream> {
  readonly stream: Stream
  /** The last edition that it was told of. */
  told: number
  /** Number of the last response before the news that it was told of last. */
  newsAfter = -1
  /** Those that wait for its answer. */
  readonly rounds = new Set<Round>()

  constructor(stream: Stream, told: number) {
    this.stream = stream
    this.told = told
  }
}

/** By the id of the stream. */
export type Members = ReadonlyMap<string, Member>

interface Wait {
  /** Number of the last response before what the edition brought. */
  readonly after: number
  readonly zone: string
  isTimed: boolean
}

/**
 * One edition's way through the streams. A stream is
 * - unseen: it was there when the edition came and was not told of it yet;
 * - pending: told, and the edition concerns it; left by `answered` or `left`;
 * - answered: all was sent and ACKed or NACKed, or something was NACKed and holds the rest back.
 * Streams that the edition does not concern, or that have gone, are dropped.
 *
 * There is one of every edition, so it costs what the edition concerns: unseen streams are only counted.
 */
export class Round {
  readonly edition: number
  readonly times: AckTimes
  readonly #members: Members
  #unseen: number
  readonly #pending = new Map<Member, Wait>()
  #acked = 0
  readonly #nacked: Convergence['nacked'][number][] = []
  /** Resolves when every stream that the edition concerns has answered or gone. */
  readonly done: Promise<void>
  #resolve: () => void = () => {}

  /** `unseen`: so many of `members` have not been told of the edition. */
  constructor(edition: number, members: Members, unseen: number, times = new AckTimes([], () => {})) {
    this.edition = edition
    this.times = times
    this.#members = members
    this.#unseen = unseen
    this.done = new Promise(resolve => {
      this.#resolve = resolve
    })
    if (this.isTold) this.times.told()
    this.#check()
  }

  get result(): Convergence {
    const pending = this.waiting.map(({ id, node }) => ({ proxy: id, node }))
    const { acked, nacked } = this.counts
    return { proxies: acked + nacked + pending.length, acked, nacked: this.#nacked, pending }
  }

  /** Numbers of streams. */
  get counts() {
    const nacked = new Set(this.#nacked.map(one => one.proxy)).size
    return { acked: this.#acked, nacked, pending: this.#unseen + this.#pending.size }
  }

  /** Streams that have not answered. */
  get waiting(): RoundStream[] {
    const unseen = this.isTold ? [] : [...this.#members.values()].filter(one => one.told < this.edition)
    return [...unseen, ...this.#pending.keys()].map(one => one.stream)
  }

  get rejections(): Convergence['nacked'] {
    return this.#nacked
  }

  /** No stream is unseen. */
  get isTold(): boolean {
    return this.#unseen === 0
  }

  get isDone(): boolean {
    return this.#unseen === 0 && this.#pending.size === 0
  }

  /** An unseen stream was told of the edition and sent what it can take. */
  told(member: Member, isConcerned: boolean): void {
    if (isConcerned) this.join(member, member.stream.newsAfter)
    this.#seen()
  }

  /** Waits for a stream, for what was sent to it after a response. */
  join(member: Member, after: number): void {
    const { zone } = member.stream
    this.#pending.set(member, { after, zone, isTimed: true })
    member.rounds.add(this)
    this.times.await(zone)
  }

  /** The client of a pending stream said something. */
  answered(member: Member): void {
    const wait = this.#pending.get(member)
    if (wait === undefined) return
    const { stream } = member
    if (stream.settled < this.edition && !stream.isStuck) return
    const rejections = stream.rejectedAfter(wait.after)
    if (stream.settled < this.edition && rejections.length === 0) {
      // What was refused before holds it back, for however long.
      this.#stopTiming(wait)
      return
    }
    this.#drop(member)
    if (rejections.length === 0) {
      this.#acked += 1
      if (wait.isTimed) this.times.acked(wait.zone)
    } else {
      for (const one of rejections) this.#nacked.push({ proxy: stream.id, node: stream.node, ...one })
      if (wait.isTimed) this.times.nacked(wait.zone)
    }
    this.#check()
  }

  /** A pending stream has gone. */
  left(member: Member): void {
    const wait = this.#pending.get(member)
    if (wait === undefined) return
    this.#drop(member)
    this.#stopTiming(wait)
    this.#check()
  }

  /** Nobody asks for it any more: no stream is waited for. */
  abandon(): void {
    for (const member of this.#pending.keys()) this.#drop(member)
  }

  /** An unseen stream has gone. */
  unseenLeft(): void {
    this.#seen()
  }

  #seen(): void {
    this.#unseen -= 1
    if (this.isTold) this.times.told()
    this.#check()
  }

  #drop(member: Member): void {
    this.#pending.delete(member)
    member.rounds.delete(this)
  }

  #stopTiming(wait: Wait): void {
    if (wait.isTimed) this.times.left(wait.zone)
    wait.isTimed = false
  }

  #check(): void {
    if (this.isDone) this.#resolve()
  }
}
