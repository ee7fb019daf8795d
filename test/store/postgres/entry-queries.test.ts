import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PostgresLocation, parseLocation } from '../../../src/store/location.ts'
import { readMigrations } from '../../../src/store/migrations.ts'
import type { Queries, Sql } from '../../../src/store/postgres/connect.ts'
import { Connection } from '../../../src/store/postgres/connection.ts'
import * as queries from '../../../src/store/postgres/entry-queries.ts'
import { migrate } from '../../../src/store/postgres/migrate.ts'
import { emptySchema, onPostgres } from '../../support/postgres/on-postgres.ts'

/** Each of the services, which are of so many sources, was replaced so many times, one after the other. */
const SOURCES = 4
const SERVICES = 400
const VERSIONS = 100
const HEAD = SERVICES * VERSIONS
const PATIENCE = 20_000

const NEXT = { revision: HEAD - 50, id: Number.MAX_SAFE_INTEGER }
/** A quarter of all that stands. */
const PART = { source: 'source-3', part: 'topology' } as const
const IN_PART = SERVICES / SOURCES
const KEY = { kind: 'Endpoints', namespace: 'default', name: 'service-7' } as const

/** Of ten revisions nothing is new. */
const SINCE = { after: 10, to: 11, place: { revision: 10, id: Number.MAX_SAFE_INTEGER } }

interface Case {
  readonly query: (sql: Queries) => PromiseLike<unknown>
  readonly indexes: readonly string[]
  /** At most so many rows of entries are looked at. */
  readonly rows: number
}

const cases: Record<string, Case> = {
  'what stands of a part': {
    query: sql => queries.standingOfPart(sql, PART),
    indexes: ['entry_standing'],
    rows: IN_PART,
  },
  'some keys of what stands': {
    query: sql => queries.standingOfKeys(sql, PART.source, PART.part, [KEY]),
    indexes: ['entry_standing'],
    rows: 1,
  },
  'the keys of a part as of now': {
    query: sql => queries.partAtKeys(sql, { ...PART, revision: HEAD }),
    indexes: ['entry_standing', 'entry_until'],
    rows: IN_PART,
  },
  'a part as of now': {
    query: sql => queries.partAt(sql, PART.source, PART.part, HEAD),
    indexes: ['entry_standing', 'entry_until'],
    rows: IN_PART,
  },
  'a part a little while ago': {
    query: sql => queries.partAt(sql, PART.source, PART.part, HEAD - 50),
    indexes: ['entry_standing', 'entry_until'],
    rows: IN_PART + 50,
  },
  'the versions of one thing': {
    query: sql => queries.allAt(sql, { revision: HEAD / 2, namespace: 'default', name: 'service-7' }),
    indexes: ['entry_history'],
    rows: VERSIONS,
  },
  'the first that came, for a reader that begins': {
    query: sql => queries.came(sql, { after: 0, to: HEAD, place: { revision: 0, id: 0 } }),
    indexes: ['entry_came', 'entry_until'],
    rows: SERVICES,
  },
  'what came since': {
    query: sql => queries.came(sql, { after: NEXT.revision, to: HEAD, place: NEXT }),
    indexes: ['entry_came', 'entry_until'],
    rows: 50,
  },
  'what went since': {
    query: sql => queries.went(sql, { after: NEXT.revision, to: HEAD, place: NEXT }),
    indexes: ['entry_history', 'entry_until'],
    rows: 100,
  },
  'what an old revision has and the next ones have not': {
    query: sql => queries.onlyFrom(sql, { from: 1_000, to: 1_050, source: null }),
    indexes: ['entry_until'],
    rows: 50,
  },
  'what came between two old revisions': {
    query: sql => queries.onlyTo(sql, { from: 1_000, to: 1_050, source: null }),
    indexes: ['entry_since'],
    rows: 50,
  },
  'the oldest that was closed': {
    query: sql =>
      queries.closedEntries(sql, {
        part: 'topology',
        cutoff: 9_000,
        place: { revision: 0, id: 0 },
        limit: 100,
      }),
    indexes: ['entry_until'],
    rows: 100,
  },
}

await onPostgres(() => {
  describe('of a long history, a query for', () => {
    let connection: Connection
    let sql: Sql

    beforeAll(async () => {
      connection = await openWithHistory()
      sql = connection.sql
      // As the server does by itself within a minute of so many writes.
      await sql`analyze entry`
    })
    afterAll(() => connection.end())

    test.each(Object.entries(cases))('%s reads by its index, and nothing else', async (_, one) => {
      const steps = await stepsOfQuery(sql, one.query)
      const scans = steps.filter(isOfEntries)
      const indexes = scans.flatMap(step => step['Index Name'] ?? [])
      expect([...new Set(indexes)].sort()).toEqual(one.indexes)
      expect(steps.filter(step => step['Node Type'].includes('Seq Scan'))).toEqual([])
      const rows = scans.filter(step => step['Relation Name']).map(rowsOf)
      expect(rows.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(one.rows)
    })

    test('all that stands walks the index of what stands, never the history', async () => {
      const query = (one: Queries) => queries.allAt(one, { revision: HEAD, kinds: ['Endpoints'] })
      const steps = (await stepsOfQuery(sql, query)).filter(step => step['Relation Name'])
      expect(steps.filter(step => step['Node Type'].includes('Seq Scan'))).toEqual([])
      expect(Math.max(...steps.map(rowsOf))).toBeLessThanOrEqual(SERVICES)
    })
  })

  describe('of a database that was just filled, and of which there are no statistics, a query for', () => {
    let connection: Connection

    beforeAll(async () => {
      connection = await openWithSchema()
      await connection.sql`
        insert into entry (source, part, kind, namespace, name, since, until, created, digest, body)
        select 'source-3', 'topology', 'Endpoints', 'default', 'service-' || service, since,
          case when since < 10 then since + 1 end, 1, 'digest', '{}'
        from generate_series(1, 10) as since, generate_series(1, 20000) as service`
    }, 60_000)
    afterAll(() => connection.end())

    test.each<[string, Case['query']]>([
      ['some keys of what stands', sql => queries.standingOfKeys(sql, PART.source, PART.part, [KEY])],
      ['what came since', sql => queries.came(sql, SINCE)],
      ['what went since', sql => queries.went(sql, SINCE)],
      ['what is to be closed', sql => queries.closingOf(sql, [7, 8], 11)],
    ])('%s reads what it is about, and not what else there is', async (_, query) => {
      const scans = (await stepsOfQuery(connection.sql, query)).filter(isOfEntries)
      expect(scans.reduce((sum, step) => sum + rowsOf(step), 0)).toBeLessThanOrEqual(2)
    })
  })
})

async function stepsOfQuery(sql: Sql, query: Case['query']): Promise<Step[]> {
  const [row] = await sql<[{ 'QUERY PLAN': [{ Plan: Step }] }]>`
    explain (analyze, format json) ${query(sql) as never}`
  return stepsOf(row['QUERY PLAN'][0].Plan)
}

interface Step {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly Step[]
}

function isOfEntries(step: Step): boolean {
  return step['Relation Name'] === 'entry' || step['Index Name'] !== undefined
}

function stepsOf(step: Step): Step[] {
  return [step, ...(step.Plans ?? []).flatMap(stepsOf)]
}

/** What was looked at, taken or not. */
function rowsOf(step: Step): number {
  return (step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0)) * step['Actual Loops']
}

async function openWithSchema(): Promise<Connection> {
  const connection = new Connection(parseLocation(await emptySchema()) as PostgresLocation)
  await connection.use(PATIENCE, one => migrate(one, readMigrations('postgres'), 'test'))
  return connection
}

async function openWithHistory(): Promise<Connection> {
  const connection = await openWithSchema()
  await connection.sql`
    insert into entry (source, part, kind, namespace, name, since, until, created, digest, body)
    select 'source-' || service % ${SOURCES}::int, 'topology', 'Endpoints', 'default', 'service-' || service, since,
      case when since + ${SERVICES} <= ${HEAD} then since + ${SERVICES} end, service, 'digest', '{}'
    from generate_series(0, ${HEAD - 1}) as number,
      lateral (select number % ${SERVICES} as service, number + 1 as since) as written`
  return connection
}
