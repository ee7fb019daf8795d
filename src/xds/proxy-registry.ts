import { setTimeout as delay } from 'node:timers/promises'
import type { Convergence, ConvergenceWatch, Proxies, ProxyStatus } from '../model/proxies.ts'
import type { Editions } from './editions.ts'
import { Round, type RoundStream } from './round.ts'

export interface RegisteredProxy extends RoundStream {
  readonly status: ProxyStatus
}

/** The connected proxies of this replica, and how far editions got with them. */
export class ProxyRegistry implements Proxies {
  readonly #proxies = new Map<string, RegisteredProxy>()
  /** Of the editions that came since the oldest watch began; the newest last. */
  #rounds: Round[] = []
  #watches = 0
  readonly #waits = new Set<AbortController>()
  #isStopping = false
  readonly #editions: Editions
  #arrival = Promise.resolve()
  #arrive: () => void = () => {}

  constructor(editions: Editions) {
    this.#editions = editions
    this.#expectArrival()
  }

  list(): ProxyStatus[] {
    return [...this.#proxies.values()].map(proxy => proxy.status)
  }

  get(id: string): ProxyStatus | undefined {
    return this.#proxies.get(id)?.status
  }

  join(proxy: RegisteredProxy): void {
    this.#proxies.set(proxy.id, proxy)
  }

  leave(proxy: RegisteredProxy): void {
    this.#proxies.delete(proxy.id)
    for (const round of this.#rounds) round.left(proxy)
  }

  /** The views show another edition; every proxy will be told. */
  arrived(): void {
    if (this.#watches > 0) this.#rounds.push(new Round(this.#editions.current, this.#proxies.values()))
    const arrive = this.#arrive
    this.#expectArrival()
    arrive()
  }

  told(proxy: RegisteredProxy, isConcerned: boolean): void {
    for (const round of this.#rounds) round.told(proxy, isConcerned)
  }

  answered(proxy: RegisteredProxy): void {
    for (const round of this.#rounds) round.answered(proxy)
  }

  watch(): ConvergenceWatch {
    this.#watches += 1
    let isOpen = true
    return {
      wait: (revision, timeout) => this.#wait(revision, timeout),
      close: () => {
        if (!isOpen) return
        isOpen = false
        this.#watches -= 1
        if (this.#watches === 0) this.#rounds = []
      },
    }
  }

  /** Whoever waits is told how far it is by now, and so is whoever comes to wait: the replica stops. */
  stopWaiting(): void {
    this.#isStopping = true
    for (const wait of this.#waits) wait.abort()
  }

  async #wait(revision: number, timeout: number): Promise<Convergence> {
    const timer = new AbortController()
    this.#waits.add(timer)
    const isOver = delay(this.#isStopping ? 0 : timeout, 'over', { signal: timer.signal }).catch(() => 'over')
    try {
      while (this.#editions.revision < revision) {
        // A revision that did not arrive may concern everybody.
        if ((await Promise.race([this.#arrival, isOver])) === 'over') return this.#unsettled(revision).result
      }
      let round = this.#rounds.find(one => one.edition >= this.#editions.of(revision))
      if (!round) {
        // It arrived before anybody watched.
        round = this.#unsettled(revision)
        this.#rounds.push(round)
      }
      await Promise.race([round.done, isOver])
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

  #expectArrival(): void {
    this.#arrival = new Promise(resolve => {
      this.#arrive = resolve
    })
  }
}
