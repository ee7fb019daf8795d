import type BetterSqlite3 from 'better-sqlite3'
import type { Backend } from '../thread/backend.ts'
import type { Database, Statements } from '../versions/statements.ts'
import { SqliteArchive } from './archive.ts'
import { inTransaction, openDatabase } from './database.ts'
import { SqliteFences } from './fences.ts'
import { SqliteHearings } from './hearings.ts'
import { LeasesInMemory } from './leases.ts'
import { SqliteLedger } from './ledger.ts'
import { SqliteNacks } from './nacks.ts'
import { ownFile } from './ownership.ts'
import { SqlitePruning } from './pruning.ts'
import { SqliteRevisions } from './revisions.ts'
import { SqliteTraffic } from './traffic.ts'

export { unavailable } from './unavailable.ts'

/** Opens a file, or `:memory:`, that belongs to this process from then on. */
export async function openSqlite(path: string, mustExist: boolean): Promise<Backend> {
  const letGo = ownFile(path)
  const db = openDatabase(path, { mustExist })
  const traffic = new SqliteTraffic(path)
  return {
    ...versionsIn(db),
    traffic,
    // No other process writes.
    watch() {},
    async close() {
      traffic.close()
      db.close()
      letGo()
    },
  }
}

/**
 * The versions in an open database. Nothing here waits for anything: an act goes through all its promises before the
 * thread takes the next message, so acts never mix.
 */
export function versionsIn(db: BetterSqlite3.Database): Database {
  const statements: Statements = {
    ledger: new SqliteLedger(db),
    archive: new SqliteArchive(db),
    revisions: new SqliteRevisions(db),
    hearings: new SqliteHearings(db),
    fences: new SqliteFences(db),
    pruning: new SqlitePruning(db),
    leases: new LeasesInMemory(),
    nacks: new SqliteNacks(db),
    reports: null,
  }
  return {
    statements,
    inOrder: act => act(statements),
    transaction: (_, look, act) => inTransaction(db, async () => act(statements, await look(statements))),
  }
}
