import { setTimeout as delay } from 'node:timers/promises'
import type { HeldType } from '../model/held-resources.ts'
import type { Convergence, ConvergenceWatch, OwnProxies, ProxyStatus, Standing } from '../model/proxies.ts'
import type { Editions } from './editions.ts'
import { Round, type RoundStream } from './round.ts'
import { standingOf } from './standing.ts'

export interface RegisteredProxy extends RoundStream {
  readonly status: ProxyStatus
  readonly held: HeldType[]
}

/**
 * How many rounds are kept for other replicas. They hear of them four times a second, so that a revision is not missed
 * before there are 256 of them in a second.
 */
const TOLD_ROUNDS = 64

/** The connected proxies of this replica, and how far editions got with them. */
export class ProxyRegistry implements OwnProxies {
  readonly #proxies = new Map<string, RegisteredProxy>()
  /** Of the editions that came since the oldest watch began, and of the last ones for other replicas; the newest last. */
  #rounds: Round[] = []
  /** The edition up to which there are no rounds any more. */
  #since: number
  /** Of editions that came before whoever waits for them began to watch. */
  readonly #late = new Set<Round>()
  #watches = 0
  readonly #listeners = new Set<(isSettled: boolean) => void>()
  readonly #waits = new Set<AbortController>()
  #isStopping = false
  readonly #editions: Editions
  #arrival = Promise.resolve()
  #arrive: () => void = () => {}

  constructor(editions: Editions) {
    this.#editions = editions
    this.#since = editions.current
    this.#expectArrival()
  }

  get revision(): number {
    return this.#editions.revision
  }

  list(): ProxyStatus[] {
    return [...this.#proxies.values()].map(proxy => proxy.status)
  }

  get(id: string): ProxyStatus | undefined {
    return this.#proxies.get(id)?.status
  }

  held(id: string): HeldType[] | undefined {
    return this.#proxies.get(id)?.held
  }

  join(proxy: RegisteredProxy): void {
    this.#proxies.set(proxy.id, proxy)
    this.#tell(false)
  }

  leave(proxy: RegisteredProxy): void {
    this.#proxies.delete(proxy.id)
    this.#pass(round => round.left(proxy))
  }

  /** The views show another edition; every proxy will be told. */
  arrived(): void {
    const { current } = this.#editions
    if (this.#watches > 0 || this.#listeners.size > 0) {
      this.#rounds.push(new Round(current, this.#proxies.values()))
      this.#dropRounds()
    } else {
      this.#since = current
    }
    const arrive = this.#arrive
    this.#expectArrival()
    arrive()
    this.#tell(this.#rounds.at(-1)?.isDone ?? true)
  }

  told(proxy: RegisteredProxy, isConcerned: boolean): void {
    this.#pass(round => round.told(proxy, isConcerned))
  }

  answered(proxy: RegisteredProxy): void {
    this.#pass(round => round.answered(proxy))
  }

  subscribe(listener: (isSettled: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  standing(): Standing {
    return standingOf(this.#editions, this.#since, this.#rounds, this.#proxies.values())
  }

  watch(): ConvergenceWatch {
    this.#watches += 1
    const began = this.#editions.current
    let isOpen = true
    return {
      wait: (revision, timeout) => this.#wait(revision, timeout, began),
      close: () => {
        if (!isOpen) return
        isOpen = false
        this.#watches -= 1
        this.#dropRounds()
      },
    }
  }

  /** Whoever waits is told how far it is by now, and so is whoever comes to wait: the replica stops. */
  stopWaiting(): void {
    this.#isStopping = true
    for (const wait of this.#waits) wait.abort()
  }

  async #wait(revision: number, timeout: number, began: number): Promise<Convergence> {
    const timer = new AbortController()
    this.#waits.add(timer)
    const isOver = delay(this.#isStopping ? 0 : timeout, 'over', { signal: timer.signal }).catch(() => 'over')
    try {
      while (this.#editions.revision < revision) {
        // A revision that did not arrive may concern everybody.
        if ((await Promise.race([this.#arrival, isOver])) === 'over') return this.#unsettled(revision).result
      }
      const edition = this.#editions.of(revision)
      const seen = edition > began ? this.#rounds.find(one => one.edition >= edition) : undefined
      // Or it arrived before anybody watched.
      const round = seen ?? this.#unsettled(revision)
      if (seen === undefined) this.#late.add(round)
      await Promise.race([round.done, isOver])
      this.#late.delete(round)
      return round.result
    } finally {
      this.#waits.delete(timer)
      timer.abort()
    }
  }

  /** A round of whoever has not answered the revision yet. */
  #unsettled(revision: number): Round {
    const edition = this.#editions.of(revision)
    const behind = [...this.#proxies.values()].filter(proxy => proxy.settled < edition)
    const round = new Round(edition, behind)
    for (const proxy of behind) round.told(proxy, true)
    return round
  }

  #pass(see: (round: Round) => void): void {
    let isSettled = false
    for (const rounds of [this.#rounds, this.#late]) {
      for (const round of rounds) {
        if (round.isDone) continue
        see(round)
        isSettled ||= round.isDone
      }
    }
    this.#tell(isSettled)
  }

  #dropRounds(): void {
    if (this.#watches > 0) return
    const kept = this.#listeners.size > 0 ? TOLD_ROUNDS : 0
    const dropped = this.#rounds.splice(0, Math.max(0, this.#rounds.length - kept))
    this.#since = dropped.at(-1)?.edition ?? this.#since
  }

  #tell(isSettled: boolean): void {
    for (const listener of this.#listeners) listener(isSettled)
  }

  #expectArrival(): void {
    this.#arrival = new Promise(resolve => {
      this.#arrive = resolve
    })
  }
}
