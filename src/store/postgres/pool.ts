import { type Connection, ConnectionLost } from './connection.ts'

/** In milliseconds. What takes longer, connecting included, is given up: longer than the server itself may take. */
const USE_TIMEOUT = 30_000
/** In milliseconds, until whoever waits for a connection is told that all are in use. */
const WAIT_TIMEOUT = 5_000
/** In milliseconds: a connection is replaced now and then, for what servers and proxies remember of it. */
const LIFETIME = 30 * 60_000
/** So many connections are kept from transactions, which may wait for locks: what others ask goes on. */
const KEPT_FOR_READS = 2

/** A transaction may wait for others; a single statement does not. */
export type Purpose = 'transaction' | 'statement'

interface Waiting {
  readonly purpose: Purpose
  take(connection: Connection): void
  reject(error: Error): void
}

/** A bounded number of connections, of which nothing is opened before it is used. */
export class Pool {
  readonly #open: () => Connection
  readonly #size: number
  readonly #idle: Connection[] = []
  readonly #busy = new Map<Connection, Purpose>()
  readonly #waiting = new Set<Waiting>()
  #absence: Error | undefined
  /** Connections from before were made to a server that is not the right one any more. */
  #renewedAt = 0

  constructor(open: () => Connection, size: number) {
    this.#open = open
    this.#size = size
  }

  async use<T>(purpose: Purpose, act: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#take(purpose)
    try {
      return await connection.use(USE_TIMEOUT, act)
    } finally {
      this.#release(connection)
    }
  }

  /** The database is known not to answer: whoever asks is told so at once, and so are those who wait for an answer. */
  suspend(reason: Error): void {
    this.#absence = reason
    for (const connection of [...this.#idle, ...this.#busy.keys()]) connection.lose(reason)
    for (const one of this.#waiting) one.reject(reason)
  }

  resume(): void {
    this.#absence = undefined
  }

  /** What is open is used no more than it is now. */
  renew(): void {
    this.#renewedAt = performance.now()
    for (const connection of this.#idle.splice(0)) void connection.end()
  }

  /** Nobody is waited for. */
  async close(): Promise<void> {
    const ends = this.#idle.splice(0).map(connection => connection.end())
    this.suspend(new ConnectionLost('CONNECTION_CLOSED', 'the store is closed'))
    await Promise.all(ends)
  }

  async #take(purpose: Purpose): Promise<Connection> {
    if (this.#absence !== undefined) throw this.#absence
    const free = this.#free(purpose)
    if (free === undefined) return this.#wait(purpose)
    this.#busy.set(free, purpose)
    return free
  }

  #free(purpose: Purpose): Connection | undefined {
    if (purpose === 'transaction' && this.#transactions() >= Math.max(1, this.#size - KEPT_FOR_READS)) return
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    return this.#busy.size < this.#size ? this.#opened() : undefined
  }

  #opened(): Connection {
    const connection = this.#open()
    connection.signal.addEventListener('abort', () => {
      const at = this.#idle.indexOf(connection)
      if (at >= 0) this.#idle.splice(at, 1)
    })
    return connection
  }

  #transactions(): number {
    return [...this.#busy.values()].filter(purpose => purpose === 'transaction').length
  }

  #wait(purpose: Purpose): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(late)
        this.#waiting.delete(one)
      }
      const one: Waiting = {
        purpose,
        take: connection => {
          end()
          resolve(connection)
        },
        reject: error => {
          end()
          reject(error)
        },
      }
      const late = setTimeout(() => one.reject(allInUse(this.#size)), WAIT_TIMEOUT)
      this.#waiting.add(one)
    })
  }

  #release(connection: Connection): void {
    this.#busy.delete(connection)
    const { openedAt } = connection
    const isOld = openedAt < this.#renewedAt || performance.now() - openedAt > LIFETIME
    if (isOld) void connection.end()
    else if (!connection.signal.aborted) this.#idle.push(connection)
    for (const one of this.#waiting) {
      const free = this.#free(one.purpose)
      if (free === undefined) continue
      this.#busy.set(free, one.purpose)
      one.take(free)
    }
  }
}

function allInUse(size: number): ConnectionLost {
  const waited = `for ${WAIT_TIMEOUT / 1000} s`
  return new ConnectionLost(
    'CONNECTIONS_BUSY',
    `all ${size} connections to the database were in use ${waited}`,
  )
}
