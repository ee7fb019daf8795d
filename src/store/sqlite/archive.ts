import type { Database } from 'better-sqlite3'
import type { Entry, Part } from '../../model/entry.ts'
import type { EntriesQuery, StoredEntry } from '../store.ts'
import type { Side, Went } from '../versions/rows.ts'
import type { Archive, Range, Stretch, Walk } from '../versions/statements.ts'
import { STRETCH_CHARACTERS, STRETCH_ROWS } from '../versions/stretch.ts'
import { ALL_AT, CAME, NAMED_AT, ONLY_FROM, ONLY_TO, PART_AT, WENT } from './entry-queries.ts'

export class SqliteArchive implements Archive {
  readonly #statements

  constructor(db: Database) {
    this.#statements = {
      partAt: db.prepare(PART_AT),
      allAt: db.prepare(ALL_AT),
      namedAt: db.prepare(NAMED_AT),
      onlyFrom: db.prepare(ONLY_FROM),
      onlyTo: db.prepare(ONLY_TO),
      came: db.prepare(CAME),
      went: db.prepare(WENT),
    }
  }

  async part(source: string, part: Part, revision: number): Promise<Entry[]> {
    return this.#statements.partAt.all({ source, part, revision }) as Entry[]
  }

  async entries(query: EntriesQuery & { readonly revision: number }): Promise<StoredEntry[]> {
    const { revision, kinds, namespace, name } = query
    const isNamed = namespace !== undefined && name !== undefined
    return (isNamed ? this.#statements.namedAt : this.#statements.allAt).all({
      revision,
      kinds: kinds === undefined ? null : JSON.stringify(kinds),
      namespace: namespace ?? null,
      name: name ?? null,
    }) as StoredEntry[]
  }

  async onlyFrom(range: Range): Promise<Side[]> {
    return this.#statements.onlyFrom.all(range) as Side[]
  }

  async onlyTo(range: Range): Promise<Side[]> {
    return this.#statements.onlyTo.all(range) as Side[]
  }

  async came({ to, place }: Walk): Promise<Stretch<StoredEntry>> {
    const walk = this.#statements.came.iterate({ since: place.revision, id: place.id, to })
    const rows: StoredEntry[] = []
    let characters = 0
    for (const { id, ...entry } of walk as Iterable<StoredEntry & { id: number }>) {
      rows.push(entry)
      characters += entry.body.length
      if (rows.length >= STRETCH_ROWS || characters >= STRETCH_CHARACTERS) {
        return { rows, rest: { revision: entry.since, id } }
      }
    }
    return { rows, rest: null }
  }

  async went({ after, to, place }: Walk): Promise<Stretch<Omit<Went, 'id' | 'until'>>> {
    const walk = this.#statements.went.iterate({ until: place.revision, id: place.id, to, after })
    const rows: Omit<Went, 'id' | 'until'>[] = []
    for (const { id, until, ...key } of walk as Iterable<Went>) {
      rows.push(key)
      if (rows.length >= STRETCH_ROWS) return { rows, rest: { revision: until, id } }
    }
    return { rows, rest: null }
  }
}
