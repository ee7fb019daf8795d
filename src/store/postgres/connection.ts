import type { Socket } from 'node:net'
import type { PostgresLocation } from '../location.ts'
import { connect, openSocket, type Sql } from './connect.ts'
import { statementsOn } from './statements.ts'

/** Why a connection cannot be used; codes as the driver has them. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
  readonly code: 'CONNECTION_CLOSED' | 'CONNECTION_TIMEOUT' | 'CONNECTIONS_BUSY'

  constructor(code: ConnectionLost['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** In seconds, until the server has said goodbye. */
const PARTING = 1

/**
 * One connection to the server for its whole life: once it is lost it is lost, and whoever uses it is told at once.
 *
 * The driver would connect again by itself. That loses what a connection knows: statements after a broken `begin` would
 * each be committed by itself; a statement that was sent between the error of a socket and its end is never answered,
 * or with the empty answer of another one. So each has one socket, and the driver is refused a second one.
 */
export class Connection {
  readonly sql: Sql
  readonly statements: ReturnType<typeof statementsOn>
  readonly openedAt = performance.now()
  readonly #lost = new AbortController()
  #socket: Socket | undefined
  #attempts = 0
  /** Nothing is prepared where a proxy gives each transaction another connection. */
  #isToPlan: boolean

  constructor(location: PostgresLocation, onNotify: (channel: string, payload: string) => void = () => {}) {
    this.#isToPlan = location.listen
    const closed = () =>
      this.lose(new ConnectionLost('CONNECTION_CLOSED', 'the server closed the connection'))
    this.sql = connect(location, {
      socket: hosts => {
        const isLast = this.#attempts >= Math.max(1, hosts.host.length)
        if (isLast) closed()
        this.signal.throwIfAborted()
        this.#socket = openSocket(hosts, this.#attempts)
        this.#attempts += 1
        return this.#socket
      },
      onClose: closed,
      onNotify,
    })
    this.statements = statementsOn(this.sql)
  }

  /** Aborts, with the reason, when the connection is lost. */
  get signal(): AbortSignal {
    return this.#lost.signal
  }

  /** Rejects as soon as the connection is lost, which it is after `patience` milliseconds. */
  use<T>(patience: number, act: (connection: Connection) => Promise<T>): Promise<T> {
    const { signal } = this
    return new Promise<T>((resolve, reject) => {
      signal.throwIfAborted()
      const lost = () => reject(signal.reason)
      const late = setTimeout(() => this.lose(noAnswer(patience)), patience)
      signal.addEventListener('abort', lost, { once: true })
      this.#planForValues()
        .then(() => act(this))
        .then(resolve, reject)
        .finally(() => {
          clearTimeout(late)
          signal.removeEventListener('abort', lost)
        })
    })
  }

  /**
   * Before anything else; it is also what fails where nobody can connect. What a statement reads depends on the
   * revisions that it is asked about: a plan for any of them (what PostgreSQL makes of one that is prepared, after some
   * times) reads the whole history.
   */
  async #planForValues(): Promise<void> {
    if (!this.#isToPlan) return
    this.#isToPlan = false
    await this.sql.unsafe('set plan_cache_mode to force_custom_plan')
  }

  /** Closes it at once, whatever goes on. */
  lose(reason: Error): void {
    if (this.signal.aborted) return
    this.#lost.abort(reason)
    this.#socket?.destroy()
    // Lets go of statements that nobody waits for any more.
    void this.sql.end({ timeout: 0 })
  }

  /** Says goodbye to the server. Nobody may use it any more. */
  async end(): Promise<void> {
    if (!this.signal.aborted) await this.sql.end({ timeout: PARTING })
    this.lose(new ConnectionLost('CONNECTION_CLOSED', 'the connection was closed'))
  }
}

function noAnswer(patience: number): ConnectionLost {
  return new ConnectionLost('CONNECTION_TIMEOUT', `the database did not answer within ${patience / 1000} s`)
}
