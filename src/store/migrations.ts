import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One numbered step of a database's schema: `migrations/<form>/0001_name.sql`. */
export interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
}

/** The steps of one form of the store, in order. They lie beside `src` and `dist`, in the package's root. */
export function readMigrations(form: 'sqlite'): Migration[] {
  const folder = fileURLToPath(new URL(`../../migrations/${form}/`, import.meta.url))
  return readdirSync(folder)
    .filter(file => /^\d{4}_.*\.sql$/.test(file))
    .sort()
    .map(file => ({
      number: Number(file.slice(0, 4)),
      name: file.slice(5, -4),
      sql: readFileSync(folder + file, 'utf8'),
    }))
}

/** Why a database must not be touched: a newer program has changed it in ways that this one cannot know. */
export function newerSchema(database: string, found: number, supported: number): string {
  return (
    `the database ${database} has schema ${found}, and this program knows up to ${supported}: ` +
    'a newer Vicinity has migrated it. Start that version, or restore a backup from before it ran.'
  )
}
