import type { Database } from 'better-sqlite3'
import { type Migration, pendingMigrations, type Schema } from '../migrations.ts'

/** Brings the schema up to date; refuses one that is too new for the program. */
export function migrate(db: Database, migrations: readonly Migration[]): void {
  db.exec(
    `create table if not exists migration
       (number integer primary key, name text, applied_at text, requires integer not null default 1) strict`,
  )
  const columns = db.pragma('table_info(migration)') as { name: string }[]
  // From before a step said what it requires.
  if (!columns.some(({ name }) => name === 'requires'))
    db.exec('alter table migration add column requires integer not null default 1')
  for (const migration of pendingMigrations(migrations, schemaOf(db), db.name)) apply(db, migration)
}

/** Of a database that has seen a step. */
export function schemaOf(db: Database): Schema {
  return db
    .prepare(
      'select coalesce(max(number), 0) as number, coalesce(max(requires), 0) as requires from migration',
    )
    .get() as Schema
}

function apply(db: Database, { number, name, requires, sql }: Migration): void {
  db.transaction(() => {
    // Comes first, so that a second process that migrates at the same moment fails here and changes nothing.
    db.prepare('insert into migration (number, name, applied_at, requires) values (?, ?, ?, ?)').run(
      number,
      name,
      new Date().toISOString(),
      requires,
    )
    db.exec(sql)
  }).immediate()
}
