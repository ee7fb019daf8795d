import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One numbered step of a database's schema: `migrations/<form>/0001_name.sql`. Traffic beside SQLite has its own. */
export interface Migration {
  readonly number: number
  readonly name: string
  /**
   * The oldest schema that a program must know to work on the database after this step. A step that only expands names
   * an older one than itself, so that programs from before it go on during a rolling upgrade; what they used is taken
   * away by a later step, which names itself (`-- contracts` on the first line).
   */
  readonly requires: number
  readonly sql: string
}

/** What a database says of the steps that it has seen. */
export interface Schema {
  readonly number: number
  readonly requires: number
}

export const NO_SCHEMA: Schema = { number: 0, requires: 0 }

/** The steps of one form of the store, in order. They lie beside `src` and `dist`, in the package's root. */
export function readMigrations(form: 'sqlite' | 'sqlite-traffic' | 'postgres'): Migration[] {
  const folder = fileURLToPath(new URL(`../../migrations/${form}/`, import.meta.url))
  let requires = 0
  return readdirSync(folder)
    .filter(file => /^\d{4}_.*\.sql$/.test(file))
    .sort()
    .map(file => {
      const number = Number(file.slice(0, 4))
      const sql = readFileSync(folder + file, 'utf8')
      if (requires === 0 || sql.startsWith('-- contracts')) requires = number
      return { number, name: file.slice(5, -4), requires, sql }
    })
}

/**
 * The steps that a database still needs. Throws where a newer program has changed it in ways that this one cannot
 * know; a schema that was only expanded is worked on as it is.
 */
export function pendingMigrations(
  migrations: readonly Migration[],
  found: Schema,
  database: string,
): Migration[] {
  const known = migrations.at(-1)?.number ?? 0
  if (found.requires > known) {
    throw new Error(
      `the database ${database} has schema ${found.number}, which needs a program that knows schema ` +
        `${found.requires}; this one knows up to ${known}: a newer Vicinity has migrated it. ` +
        'Start that version, or restore a backup from before it ran.',
    )
  }
  return migrations.filter(({ number }) => number > found.number)
}

/** For whoever may not migrate. */
export function requireNoneOf(pending: readonly Migration[], database: string): void {
  const [first] = pending
  if (first === undefined) return
  throw new Error(
    first.number === 1
      ? `${database} is no database of Vicinity: it has none of its tables`
      : `the database ${database} is from before schema ${first.number}: start \`vicinity serve\` on it once, which ` +
          'migrates it, or use the version of Vicinity that it is of',
  )
}
