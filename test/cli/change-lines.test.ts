import { expect, test } from 'vitest'
import { changeLines } from '../../src/cli/change-lines.ts'
import { jsonDifferences } from '../../src/cli/json-difference.ts'
import type { EntryChange } from '../../src/operations/history.ts'

const plain = { tone: (_: string, text: string) => text }
const entry = { source: 'east', kind: 'Endpoints', namespace: 'default', name: 'backend' } as const

function lines(change: Pick<EntryChange, 'change' | 'before' | 'after'>): string[] {
  return changeLines({ ...entry, ...change }, plain)
}

test('what came and what went is one line each', () => {
  expect(lines({ change: 'added', before: null, after: {} })).toEqual(['+ Endpoints default/backend'])
  expect(lines({ change: 'removed', before: {}, after: null })).toEqual(['- Endpoints default/backend'])
})

test('an update shows each field before and after; members of a list are matched by name', () => {
  const before = { endpoints: [{ name: 'a', ready: true }, { name: 'b' }] }
  const after = { endpoints: [{ name: 'new' }, { name: 'a', ready: false }, { name: 'b' }] }
  expect(lines({ change: 'updated', before, after })).toEqual([
    '~ Endpoints default/backend',
    '    endpoints[a].ready: true → false',
    '    endpoints[new]: nothing → {"name":"new"}',
  ])
})

test('a large update is cut, and long values too', () => {
  const after = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`field${index}`, 'x'.repeat(500)]),
  )
  const shown = lines({ change: 'updated', before: {}, after })
  expect(shown).toHaveLength(22)
  expect(shown.at(-1)).toBe('    … and 10 more')
  expect(shown[1]?.length).toBeLessThan(160)
})

test('equal values do not differ', () => {
  expect(jsonDifferences({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toEqual([])
})
