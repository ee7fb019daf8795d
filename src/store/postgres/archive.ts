import type { Entry, Part } from '../../model/entry.ts'
import type { EntriesQuery, StoredEntry } from '../store.ts'
import type { Side, Went } from '../versions/rows.ts'
import type { Archive, Range, Stretch, Walk } from '../versions/statements.ts'
import { STRETCH_ROWS } from '../versions/stretch.ts'
import type { Queries } from './connect.ts'
import { allAt, came, onlyFrom, onlyTo, partAt, went } from './entry-queries.ts'

type Came = StoredEntry & { id: number; size: number; before: number; of: number }

export class PostgresArchive implements Archive {
  readonly #sql: Queries

  constructor(sql: Queries) {
    this.#sql = sql
  }

  async part(source: string, part: Part, revision: number): Promise<Entry[]> {
    return (await partAt(this.#sql, source, part, revision)) as unknown as Entry[]
  }

  async entries(query: EntriesQuery & { readonly revision: number }): Promise<StoredEntry[]> {
    return (await allAt(this.#sql, query)) as unknown as StoredEntry[]
  }

  async onlyFrom(range: Range): Promise<Side[]> {
    return (await onlyFrom(this.#sql, range)) as unknown as Side[]
  }

  async onlyTo(range: Range): Promise<Side[]> {
    return (await onlyTo(this.#sql, range)) as unknown as Side[]
  }

  async came(walk: Walk): Promise<Stretch<StoredEntry>> {
    const found = (await came(this.#sql, walk)) as unknown as Came[]
    const rows = found.map(({ id, size, before, of, ...entry }) => entry)
    const last = found.at(-1)
    const isCut = last !== undefined && (last.of === STRETCH_ROWS || found.length < last.of)
    return { rows, rest: isCut ? { revision: last.since, id: last.id } : null }
  }

  async went(walk: Walk): Promise<Stretch<Omit<Went, 'id' | 'until'>>> {
    const found = (await went(this.#sql, walk)) as unknown as Went[]
    const rows = found.map(({ id, until, ...key }) => key)
    const last = found.at(-1)
    const isFull = found.length === STRETCH_ROWS
    return { rows, rest: last !== undefined && isFull ? { revision: last.until, id: last.id } : null }
  }
}
