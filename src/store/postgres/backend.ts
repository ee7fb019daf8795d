import { nameOf, type PostgresLocation } from '../location.ts'
import { readMigrations } from '../migrations.ts'
import type { Backend, Unavailable, Watcher } from '../thread/backend.ts'
import type { Statements } from '../versions/statements.ts'
import type { Sql } from './connect.ts'
import { Connection } from './connection.ts'
import { CHANNEL } from './ledger.ts'
import { lock } from './locks.ts'
import { Lookout } from './lookout.ts'
import { migrate } from './migrate.ts'
import { Pool } from './pool.ts'
import { REPORT_CHANNEL } from './reports.ts'
import { statementsBy } from './statements.ts'
import { PostgresTrafficRows, readTraffic } from './traffic.ts'
import { inTransactionWith } from './transaction.ts'
import { unavailable } from './unavailable.ts'

export { unavailable } from './unavailable.ts'

/** In milliseconds. A migration may have to rewrite a large table, or wait for another replica that does. */
const MIGRATION_TIMEOUT = 30 * 60_000
/** What a server says that takes no writes. */
const READ_ONLY = '25006'
/** In milliseconds: many may be told so at once. */
const RENEW_INTERVAL = 1_000

/** Connects to a database, and migrates it. */
export async function openPostgres(location: PostgresLocation): Promise<Backend> {
  const first = new Connection(location)
  try {
    await first.use(MIGRATION_TIMEOUT, one => migrate(one, readMigrations('postgres'), nameOf(location)))
  } finally {
    await first.end()
  }
  const pool = new Pool(() => new Connection(location), location.pool)
  let lookout: Lookout | undefined
  let renewedAt = Number.NEGATIVE_INFINITY
  /** The server that answers is a copy now: the one that leads may be found by connecting again. */
  const renew = () => {
    if (performance.now() - renewedAt < RENEW_INTERVAL) return
    renewedAt = performance.now()
    pool.renew()
    lookout?.renew()
  }
  const transaction = async <Seen, T>(
    what: Parameters<typeof lock>[1],
    look: (statements: Statements) => Promise<Seen>,
    act: (sql: Sql, statements: Statements, seen: Seen) => Promise<T>,
  ): Promise<T> => {
    const first = async (sql: Sql, statements: Statements) => {
      const [, seen] = await Promise.all([lock(sql, what), look(statements)])
      return seen
    }
    try {
      return await pool.use('transaction', connection => inTransactionWith(connection, first, act))
    } catch (error) {
      if ((error as { code?: unknown }).code === READ_ONLY) renew()
      throw error
    }
  }
  return {
    statements: statementsBy(act => pool.use('statement', ({ statements }) => act(statements))),
    inOrder: act => pool.use('statement', ({ statements }) => act(statements)),
    transaction: (what, look, act) => transaction(what, look, (_, statements, seen) => act(statements, seen)),
    traffic: {
      transaction: act =>
        transaction('traffic', nothing, async sql => {
          // Nobody waits until counts are on the disk: a server that crashes loses the last ones.
          await sql`set local synchronous_commit to off`
          return act(new PostgresTrafficRows(sql))
        }),
      read: query => pool.use('statement', ({ sql }) => readTraffic(sql, query)),
    },
    watch({ look, reported, tell }: Watcher) {
      const watched = {
        open: (onNotify: (channel: string, payload: string) => void) => new Connection(location, onNotify),
        channels: location.listen ? [CHANNEL, REPORT_CHANNEL] : null,
      }
      lookout = new Lookout(watched, {
        onNews(channel, payload) {
          if (channel === CHANNEL) look(Number(payload))
          if (channel === undefined) look()
          if (channel !== CHANNEL) reported()
        },
        onState(state) {
          if (state !== 'here' && state.isSilent) pool.suspend(state.failure)
          else pool.resume()
          tell(state === 'here' ? null : (unavailable(state.failure) ?? unknown(state.failure)))
        },
      })
    },
    async close() {
      await lookout?.close()
      await pool.close()
    },
  }
}

async function nothing(): Promise<void> {}

function unknown({ message }: Error): Unavailable {
  return { cause: message, hint: 'this was not expected, and is tried again', broken: false }
}
