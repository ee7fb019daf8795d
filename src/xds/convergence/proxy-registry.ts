import { setTimeout as delay } from 'node:timers/promises'
import type { Commit } from '../../model/change.ts'
import type { HeldType } from '../../model/held-resources.ts'
import type { ResourceVersion } from '../../model/nacks.ts'
import type {
  Convergence,
  ConvergenceWatch,
  OwnProxies,
  ProxyCounts,
  ProxyForm,
  ProxyStatus,
  Stances,
  Standing,
} from '../../model/proxies.ts'
import type { Suspect } from '../../model/quarantine.ts'
import type { Stance } from '../protocol/subscription.ts'
import type { ObserveAnswer } from './ack-times.ts'
import type { Editions } from './editions.ts'
import type { RoundStream } from './round.ts'
import { Rounds } from './rounds.ts'
import { standingOf } from './standing.ts'

export interface RegisteredProxy extends RoundStream {
  readonly form: ProxyForm
  readonly isSynced: boolean
  readonly status: ProxyStatus
  readonly held: HeldType[]
  /** Which it serves; '' when none. */
  readonly gateway: string
  /** As `DeltaStream.stance`. */
  stance(typeUrl: string, resource: ResourceVersion): Stance | undefined
}

/**
 * How many rounds are kept for other replicas. They hear of them four times a second, so that a revision is not missed
 * before there are 256 of them in a second.
 */
const TOLD_ROUNDS = 64

/** The connected proxies of this replica, and how far editions got with them. */
export class ProxyRegistry implements OwnProxies {
  /** Those are kept that came since the oldest watch began, and the last ones for other replicas. */
  readonly rounds: Rounds<RegisteredProxy>
  #watches = 0
  readonly #listeners = new Set<(isSettled: boolean) => void>()
  readonly #waits = new Set<AbortController>()
  #isStopping = false
  readonly #editions: Editions
  #arrival = Promise.resolve()
  #arrive: () => void = () => {}

  constructor(editions: Editions, observe: ObserveAnswer = () => {}) {
    this.#editions = editions
    this.rounds = new Rounds(editions.current, observe)
    this.#expectArrival()
  }

  get revision(): number {
    return this.#editions.revision
  }

  list(): ProxyStatus[] {
    return this.rounds.streams.map(proxy => proxy.status)
  }

  stances({ gateway, typeUrl, ...resource }: Suspect): Stances {
    const stances = { current: 0, other: 0, taken: 0, refused: 0 }
    for (const proxy of this.rounds.streams) {
      const stance = proxy.gateway === gateway ? proxy.stance(typeUrl, resource) : undefined
      if (stance === undefined) continue
      stances[stance.isCurrent ? 'current' : 'other'] += 1
      if (stance.answer === 'taken' || stance.answer === 'refused') stances[stance.answer] += 1
    }
    return stances
  }

  get(id: string): ProxyStatus | undefined {
    return this.rounds.stream(id)?.status
  }

  count(): ProxyCounts {
    const { streams } = this.rounds
    const byForm = new Map<ProxyForm, number>()
    const rejecting = new Map<string, number>()
    for (const stream of streams) {
      byForm.set(stream.form, 1 + (byForm.get(stream.form) ?? 0))
      for (const { typeUrl } of stream.rejectedAfter(0))
        rejecting.set(typeUrl, 1 + (rejecting.get(typeUrl) ?? 0))
    }
    return { all: streams.length, synced: streams.filter(one => one.isSynced).length, byForm, rejecting }
  }

  held(id: string): HeldType[] | undefined {
    return this.rounds.stream(id)?.held
  }

  join(proxy: RegisteredProxy): void {
    this.rounds.join(proxy, this.#editions.current)
    this.#tell(false)
  }

  leave(proxy: RegisteredProxy): void {
    this.#tell(this.rounds.left(proxy))
  }

  /** The views show another edition, with these revisions; every proxy will be told. */
  arrived(commits: readonly Commit[]): void {
    const round = this.rounds.begin(this.#editions.current, commits)
    this.#dropRounds()
    const arrive = this.#arrive
    this.#expectArrival()
    arrive()
    this.#tell(round.isDone)
  }

  told(proxy: RegisteredProxy, isConcerned: boolean): void {
    this.#tell(this.rounds.told(proxy, this.#editions.current, isConcerned))
  }

  answered(proxy: RegisteredProxy): void {
    this.#tell(this.rounds.answered(proxy))
  }

  subscribe(listener: (isSettled: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  standing(): Standing {
    const { since, kept, streams } = this.rounds
    return standingOf(this.#editions, since, kept, streams)
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
        if ((await Promise.race([this.#arrival, isOver])) === 'over') return this.#unsettled(revision)
      }
      const edition = this.#editions.of(revision)
      const seen = edition > began ? this.rounds.kept.find(one => one.edition >= edition) : undefined
      // Or it arrived before anybody watched.
      const round = seen ?? this.rounds.late(edition)
      await Promise.race([round.done, isOver])
      const { result } = round
      if (seen === undefined) round.abandon()
      return result
    } finally {
      this.#waits.delete(timer)
      timer.abort()
    }
  }

  #unsettled(revision: number): Convergence {
    const round = this.rounds.late(this.#editions.of(revision))
    const { result } = round
    round.abandon()
    return result
  }

  #dropRounds(): void {
    if (this.#watches > 0) return
    this.rounds.dropTo(this.#listeners.size > 0 ? TOLD_ROUNDS : 0)
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
