import type { HeldType } from '../model/held-resources.ts'
import type { Convergence, ConvergenceWatch, OwnProxies, Proxies, ProxyStatus } from '../model/proxies.ts'
import { StoreUnavailable } from '../store/store.ts'
import { within } from '../within.ts'
import type { OtherReplicas } from './other-replicas.ts'
import { type Account, accountOf, sumOf } from './peer-convergence.ts'
import type { OtherProxies } from './proxy-documents.ts'

type Own = Pick<OwnProxies, 'revision' | 'list' | 'get' | 'held' | 'watch'>

/** Where one process has the database for itself, the connected proxies are its own. */
export function ownProxiesAlone(own: Own): Proxies {
  return {
    list: async () => own.list(),
    get: async id => own.get(id),
    held: id => own.held(id),
    watch: () => own.watch(),
  }
}

/** The proxies of all live replicas. While the database is away they are those of this one. */
export class AllProxies implements Proxies {
  readonly #own: Own
  readonly #others: OtherReplicas
  readonly #theirs: Pick<OtherProxies, 'list'>
  readonly #stop = new AbortController()

  constructor(own: Own, others: OtherReplicas, theirs: Pick<OtherProxies, 'list'>) {
    this.#own = own
    this.#others = others
    this.#theirs = theirs
  }

  async list(): Promise<ProxyStatus[]> {
    const theirs = await this.#listTheirs()
    return [...this.#own.list(), ...theirs]
  }

  async get(id: string): Promise<ProxyStatus | undefined> {
    return this.#own.get(id) ?? (await this.#listTheirs()).find(one => one.id === id)
  }

  held(id: string): HeldType[] | undefined {
    return this.#own.held(id)
  }

  watch(): ConvergenceWatch {
    const own = this.#own.watch()
    const began = this.#own.revision
    return {
      wait: async (revision, timeout) => {
        const [mine, theirs] = await Promise.all([
          own.wait(revision, timeout),
          this.#waitForTheirs(revision, timeout, revision > began),
        ])
        return sumOf([mine, ...theirs])
      },
      close: () => own.close(),
    }
  }

  /** Whoever waits for proxies of other replicas is told how far they are by now: this one stops. */
  stopWaiting(): void {
    this.#stop.abort()
  }

  /**
   * Waits for every replica that is live: one that died is not any more, after some seconds; of one that has not come
   * to the revision when the time is over, all proxies are pending.
   */
  async #waitForTheirs(revision: number, timeout: number, isNew: boolean): Promise<Convergence[]> {
    let accounts = new Map<string, Account | undefined>()
    const look = () => {
      const before = accounts
      accounts = new Map(
        this.#others.all.map(({ id, report }) => [id, accountOf(report, revision, isNew, before.get(id))]),
      )
    }
    // What was read before the write holds where nothing can be read after it.
    look()
    const { signal } = this.#stop
    let unsubscribe = () => {}
    let settle = () => {}
    const settled = new Promise<void>(resolve => {
      settle = resolve
      unsubscribe = this.#others.subscribe(() => {
        look()
        if ([...accounts.values()].every(one => one?.isDone)) resolve()
      })
      signal.addEventListener('abort', settle)
    })
    const leave = this.#others.attend()
    await within(signal.aborted ? 0 : timeout, settled)
    leave()
    unsubscribe()
    signal.removeEventListener('abort', settle)
    const told = [...accounts.values()].flatMap(one => (one === undefined ? [] : [one.convergence]))
    const behind = [...accounts].flatMap(([id, one]) => (one === undefined ? [id] : []))
    return behind.length === 0 ? told : [...told, await this.#allPending(behind)]
  }

  async #allPending(replicas: readonly string[]): Promise<Convergence> {
    const pending = (await this.#listTheirs())
      .filter(one => replicas.includes(one.replica))
      .map(({ id, node }) => ({ proxy: id, node }))
    return { proxies: pending.length, acked: 0, nacked: [], pending }
  }

  async #listTheirs(): Promise<ProxyStatus[]> {
    try {
      return await this.#theirs.list()
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      return []
    }
  }
}
