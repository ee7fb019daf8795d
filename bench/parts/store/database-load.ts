import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'

/** What a PostgreSQL database was asked to do. */
export interface DatabaseLoad {
  readonly transactions: number
  /** Inserted, updated and deleted. */
  readonly written: number
  readonly read: number
  readonly walBytes: number
  readonly notifications: number
}

const CHANNELS = ['vicinity_revision', 'vicinity_report']
/** Backends tell the statistics what they did once a second. */
const TOLD = 1_200

/** Looks at a database's own statistics; what the looking itself does is a few transactions. */
export async function watchDatabase(url: string) {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  let notifications = 0
  for (const channel of CHANNELS) {
    await sql.listen(channel, () => {
      notifications += 1
    })
  }
  const look = async (): Promise<DatabaseLoad> => {
    await sleep(TOLD)
    const [row] = await sql`
      select xact_commit + xact_rollback as transactions,
        tup_inserted + tup_updated + tup_deleted as written, tup_fetched as read,
        pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as wal
      from pg_stat_database where datname = current_database()`
    const number = (field: string) => Number(row?.[field])
    return {
      transactions: number('transactions'),
      written: number('written'),
      read: number('read'),
      walBytes: number('wal'),
      notifications,
    }
  }
  return {
    during: async (action: () => Promise<unknown>) => {
      const before = await look()
      const began = performance.now()
      await action()
      const after = await look()
      const seconds = (performance.now() - began) / 1_000
      const of = (key: keyof DatabaseLoad) => after[key] - before[key]
      const load: DatabaseLoad = {
        transactions: of('transactions'),
        written: of('written'),
        read: of('read'),
        walBytes: of('walBytes'),
        notifications: of('notifications'),
      }
      return { load, seconds }
    },
    close: () => sql.end(),
  }
}
