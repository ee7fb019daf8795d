import type { Database } from 'better-sqlite3'
import { type Migration, newerSchema } from '../migrations.ts'

/** Brings the schema up to date; refuses one that is newer than the program. */
export function migrate(db: Database, migrations: readonly Migration[]): void {
  db.exec(
    'create table if not exists migration (number integer primary key, name text, applied_at text) strict',
  )
  const found = db.prepare('select coalesce(max(number), 0) from migration').pluck().get() as number
  const supported = migrations.at(-1)?.number ?? 0
  if (found > supported) throw new Error(newerSchema(db.name, found, supported))
  for (const migration of migrations) if (migration.number > found) apply(db, migration)
}

function apply(db: Database, migration: Migration): void {
  db.transaction(() => {
    // Comes first, so that a second process that migrates at the same moment fails here and changes nothing.
    db.prepare('insert into migration values (?, ?, ?)').run(
      migration.number,
      migration.name,
      new Date().toISOString(),
    )
    db.exec(migration.sql)
  }).immediate()
}
