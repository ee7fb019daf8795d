import type { Convergence } from '../model/proxies.ts'

/** What a round must know of a stream. */
export interface RoundStream {
  readonly id: string
  readonly node: string
  /** Everything up to this edition was sent and answered. */
  readonly settled: number
  readonly responses: number
  readonly isStuck: boolean
  rejectedAfter(response: number): { typeUrl: string; detail: string }[]
}

/**
 * One edition's way through the streams. A stream is
 * - unseen: it was there when the edition came and was not told of it yet;
 * - pending: told, and the edition concerns it; left by `answered` or `left`;
 * - answered: all was sent and ACKed or NACKed, or something was NACKed and holds the rest back.
 * Streams that the edition does not concern, or that have gone, are dropped.
 */
export class Round {
  readonly edition: number
  /** Number of the last response before the edition came. */
  readonly #before = new Map<RoundStream, number>()
  readonly #unseen = new Set<RoundStream>()
  readonly #pending = new Set<RoundStream>()
  #acked = 0
  readonly #nacked: Convergence['nacked'][number][] = []
  /** Resolves when every stream that the edition concerns has answered or gone. */
  readonly done: Promise<void>
  #resolve: () => void = () => {}

  constructor(edition: number, streams: Iterable<RoundStream>) {
    this.edition = edition
    this.done = new Promise(resolve => {
      this.#resolve = resolve
    })
    for (const stream of streams) {
      this.#before.set(stream, stream.responses)
      this.#unseen.add(stream)
    }
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
    return { acked: this.#acked, nacked, pending: this.#unseen.size + this.#pending.size }
  }

  /** Streams that have not answered. */
  get waiting(): RoundStream[] {
    return [...this.#unseen, ...this.#pending]
  }

  get rejections(): Convergence['nacked'] {
    return this.#nacked
  }

  get isDone(): boolean {
    return this.#unseen.size === 0 && this.#pending.size === 0
  }

  /** The stream was told of the edition and sent what it can take. */
  told(stream: RoundStream, isConcerned: boolean): void {
    if (!this.#unseen.delete(stream)) return
    if (isConcerned || stream.responses > this.#beforeOf(stream)) this.#pending.add(stream)
    else this.#before.delete(stream)
    this.answered(stream)
    this.#check()
  }

  /** The client said something. */
  answered(stream: RoundStream): void {
    if (!this.#pending.has(stream)) return
    const rejections = stream.rejectedAfter(this.#beforeOf(stream))
    const isBlocked = rejections.length > 0 && stream.isStuck
    if (stream.settled < this.edition && !isBlocked) return
    this.#pending.delete(stream)
    this.#before.delete(stream)
    if (rejections.length === 0) this.#acked += 1
    for (const one of rejections) this.#nacked.push({ proxy: stream.id, node: stream.node, ...one })
    this.#check()
  }

  left(stream: RoundStream): void {
    this.#unseen.delete(stream)
    this.#pending.delete(stream)
    this.#before.delete(stream)
    this.#check()
  }

  #beforeOf(stream: RoundStream): number {
    return this.#before.get(stream) ?? 0
  }

  #check(): void {
    if (this.isDone) this.#resolve()
  }
}
