import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../../src/store/sqlite/database.ts'
import * as queries from '../../../src/store/sqlite/entry-queries.ts'

const db = openDatabase(':memory:', { mustExist: false })
afterAll(() => db.close())

/** What SQLite does with the table of entries, step by step. */
function plan(sql: string): string[] {
  const names = new Set(Array.from(sql.matchAll(/@(\w+)/g), match => match[1] as string))
  const values = Object.fromEntries(Array.from(names, name => [name, null]))
  const steps = db.prepare(`explain query plan ${sql}`).all(values) as { detail: string }[]
  return steps.map(({ detail }) => detail).filter(detail => /\b(entry|old|newest)\b/.test(detail))
}

const searched: Record<Exclude<keyof typeof queries, 'ALL_AT'>, string[]> = {
  STANDING_OF_PART: ['entry_standing'],
  STANDING_OF_KEY: ['entry_standing'],
  PART_AT_KEYS: ['entry_standing', 'entry_until'],
  PART_AT: ['entry_standing', 'entry_until'],
  NAMED_AT: ['entry_history'],
  CAME: ['entry_since'],
  WENT: ['entry_until', 'entry_history'],
  ONLY_FROM: ['entry_until'],
  ONLY_TO: ['entry_since'],
  CLOSED_UNTIL: ['entry_until'],
}

describe('a query of entries', () => {
  const { ALL_AT, ...others } = queries

  test.each(Object.entries(others))('%s is a search in an index, however long the history', (name, sql) => {
    const indexes = plan(sql).map(step => step.match(/^SEARCH (?:entry|old|newest) .*INDEX (\w+)/)?.[1])
    expect(indexes).toEqual(searched[name as keyof typeof searched])
  })

  test('of all that stands walks the index of what stands, never the history', () => {
    const [standing, closed, ...more] = plan(ALL_AT)
    expect(standing).toBe('SCAN entry USING INDEX entry_standing')
    expect(closed).toMatch(/^SEARCH entry USING INDEX entry_until/)
    expect(more).toEqual([])
  })
})
