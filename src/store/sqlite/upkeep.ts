import BetterSqlite3, { type Database } from 'better-sqlite3'
import { NO_SCHEMA, pendingMigrations, readMigrations, requireNoneOf } from '../migrations.ts'
import type { Filling, Moment, Slices, Upkeep } from '../upkeep/moment.ts'
import {
  COLUMNS,
  columnName,
  READ_ALL,
  READ_CLOSED,
  READ_ODD_SUCCESSORS,
  TABLES,
  type Table,
} from '../upkeep/tables.ts'
import { backup } from './backup.ts'
import { openDatabase, openForReading } from './database.ts'
import { schemaOf } from './migrate.ts'
import { ownFile } from './ownership.ts'

/** Of one slice, in rows and in characters of what varies in size. */
const SLICE_ROWS = 1_000
const SLICE_CHARACTERS = 1_000_000

/** Reads beside the process that owns the file, unless it is to be the owner. */
export function sqliteUpkeep(path: string): Upkeep {
  return {
    async atMoment(act, { own }) {
      const letGo = own ? ownFile(path) : () => {}
      try {
        const db = openForReading(path)
        try {
          requireSchema(db)
          db.exec('begin')
          return await act(momentIn(db))
        } finally {
          db.close()
        }
      } finally {
        letGo()
      }
    },
    async fill(act) {
      const letGo = ownFile(path)
      try {
        const db = openDatabase(path, { mustExist: false })
        try {
          db.exec('begin immediate')
          const result = await act(fillingOf(db))
          db.exec('commit')
          return result
        } finally {
          db.close()
        }
      } finally {
        letGo()
      }
    },
    backup: async (file, options) => backup(path, file, options),
  }
}

/** Who only reads migrates nothing. */
function requireSchema(db: Database): void {
  const columns = db.pragma('table_info(migration)') as { name: string }[]
  const schema = columns.some(({ name }) => name === 'requires') ? schemaOf(db) : NO_SCHEMA
  requireNoneOf(pendingMigrations(readMigrations('sqlite'), schema, db.name), db.name)
}

function momentIn(db: Database): Moment {
  return {
    head: async () => db.prepare('select coalesce(max(revision), 0) from revision').pluck().get() as number,
    rows: table => slices(db, READ_ALL[table]),
    closed: () => slices(db, READ_CLOSED),
    oddSuccessors: () => slices(db, READ_ODD_SUCCESSORS),
    async ownFaults() {
      const found = db.prepare('pragma integrity_check').pluck().all() as string[]
      return found.filter(fault => fault !== 'ok').map(fault => `the file: ${fault}`)
    },
    damage: error =>
      error instanceof BetterSqlite3.SqliteError && error.code.startsWith('SQLITE_CORRUPT')
        ? error.message
        : undefined,
  }
}

async function* slices<T>(db: Database, sql: string): Slices<T> {
  let slice: T[] = []
  let characters = 0
  for (const row of db.prepare(sql).iterate() as Iterable<T & { readonly body?: string }>) {
    slice.push(row)
    characters += row.body?.length ?? 0
    if (slice.length < SLICE_ROWS && characters < SLICE_CHARACTERS) continue
    yield slice
    slice = []
    characters = 0
  }
  if (slice.length > 0) yield slice
}

function fillingOf(db: Database): Filling {
  const statements = Object.fromEntries(
    TABLES.map(table => {
      const names = Object.keys(COLUMNS[table])
      const values = names.map(name => `@${name}`)
      return [
        table,
        db.prepare(
          `insert into ${table} (${names.map(columnName).join(', ')}) values (${values.join(', ')})`,
        ),
      ]
    }),
  ) as Record<Table, BetterSqlite3.Statement>
  return {
    moment: momentIn(db),
    async insert(table, rows) {
      for (const row of rows) statements[table].run(row)
    },
    // The newest row says it.
    async finish() {},
  }
}
