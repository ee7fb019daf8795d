import { setTimeout as delay } from 'node:timers/promises'
import { type Connection, ConnectionLost } from './connection.ts'

interface Sight {
  /** There may be something new: of this channel, with what was said, or of any. */
  onNews(channel?: string, payload?: string): void
  /** Whether the database answers; `isSilent`: whoever asks would wait in vain. */
  onState(state: { readonly failure: Error; readonly isSilent: boolean } | 'here'): void
}

interface Watched {
  /** Opens a connection that passes on notifications. */
  open(onNotify: (channel: string, payload: string) => void): Connection
  /** The channels to listen on; null where a proxy that pools transactions is in between. */
  readonly channels: readonly string[] | null
}

/** In milliseconds: how often the database is asked whether it is there, and each time whether it has news. */
const BEAT = 1_000
const BEAT_WITHOUT_NOTIFICATIONS = 200
/** A database that takes longer to answer next to nothing is not there. */
const BEAT_TIMEOUT = 5_000
/** Between two attempts to connect again; the first is made at once. */
const RETRY_AFTER = 500

/**
 * Watches the database over a connection of its own: listens for what is new, and finds out when nobody answers any
 * more. Connections through a network that swallows everything never end by themselves.
 */
export class Lookout {
  readonly #watched: Watched
  readonly #sight: Sight
  readonly #closing = new AbortController()
  readonly #watching: Promise<void>
  #connection: Connection | undefined

  constructor(watched: Watched, sight: Sight) {
    this.#watched = watched
    this.#sight = sight
    this.#watching = this.#watch()
  }

  /** Connects anew: what is open leads to a server that is not the right one any more. */
  renew(): void {
    void this.#connection?.end()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.renew()
    await this.#watching
  }

  async #watch(): Promise<void> {
    let failures = 0
    const { signal } = this.#closing
    while (!signal.aborted) {
      const connection = this.#watched.open((...news) => this.#sight.onNews(...news))
      this.#connection = connection
      try {
        await this.#follow(connection, () => {
          failures = 0
        })
      } catch (error) {
        failures += 1
        if (!signal.aborted) this.#fail(error as Error, failures)
      }
      await connection.end()
      if (failures > 1) await delay(RETRY_AFTER, undefined, { signal }).catch(() => {})
    }
  }

  /** Resolves when it is closed, and rejects when the connection is lost. */
  async #follow(connection: Connection, onAnswer: () => void): Promise<void> {
    const { channels } = this.#watched
    const signal = AbortSignal.any([connection.signal, this.#closing.signal])
    let isListening = false
    while (!signal.aborted) {
      await connection.use(BEAT_TIMEOUT, async () => {
        if (channels !== null && !isListening) isListening = await listen(connection, channels)
        // Also whether it is the right database: another one may answer at this address.
        await connection.statements.ledger.head()
      })
      onAnswer()
      this.#sight.onState('here')
      this.#sight.onNews()
      await delay(isListening ? BEAT : BEAT_WITHOUT_NOTIFICATIONS, undefined, { signal }).catch(() => {})
    }
    if (!this.#closing.signal.aborted) connection.signal.throwIfAborted()
  }

  /** A connection may be lost while the database is there; that it does not answer is another thing. */
  #fail(failure: Error, failures: number): void {
    const isSilent = isTimeout(failure)
    if (isSilent || failures > 1) this.#sight.onState({ failure, isSilent })
  }
}

/** False: the server is a copy, which tells nobody anything until it leads. */
async function listen({ sql }: Connection, channels: readonly string[]): Promise<boolean> {
  try {
    await sql.unsafe(channels.map(channel => `listen ${channel}`).join(';'))
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code !== '25006') throw error
    return false
  }
}

function isTimeout(failure: Error): boolean {
  const code = failure instanceof ConnectionLost ? failure.code : (failure as { code?: unknown }).code
  return code === 'CONNECTION_TIMEOUT' || code === 'CONNECT_TIMEOUT' || code === 'ETIMEDOUT'
}
