import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseSnapshot } from '../../src/model/parse-snapshot.ts'
import { route } from '../support/documents.ts'

/**
 * docs/gateway-api.md against what there is. `standard-route-fields.json` has every field of `spec` in the CRDs of the
 * standard channel, v1.7.0.
 */
const page = read('../../docs/gateway-api.md')
const fields = JSON.parse(read('standard-route-fields.json')) as Record<Kind, string[]>
type Kind = 'HTTPRoute' | 'GRPCRoute'

const VALUE = ' = '
const SHOWN = /^\[([a-z-]+)\]\(\.\.\/test\/envoy\/\1\.test\.ts\): `(.+)`$/
const REFUSED = /^refused at `(.+)`: `(.+)`$/

describe.each(['HTTPRoute', 'GRPCRoute'] as const)('the page of what is supported of %s', kind => {
  const rows = rowsOf(kind)

  test('has a row for each field of the standard channel', () => {
    expect(rows.map(({ field }) => field).filter(field => !field.includes(VALUE))).toEqual(fields[kind])
  })

  test('names a test through a real Envoy, or a refusal, in every row', () => {
    const words = rows.flatMap(({ field, words }) => words.map(one => `${field}: ${one}`))
    expect(words.filter(one => !SHOWN.test(textOf(one)) && !REFUSED.test(textOf(one)))).toEqual([])
  })

  test('names tests that there are', () => {
    const named = new Set(rows.flatMap(({ words }) => words.filter(one => SHOWN.test(one))))
    expect(named.size).toBeGreaterThan(10)
    expect([...named].filter(one => !isThere(one))).toEqual([])
  })

  test('gives the pointer and the words of each refusal', () => {
    const refused = rows.filter(({ words }) => words.some(one => REFUSED.test(one)))
    expect(refused.length).toBeGreaterThan(0)
    for (const { field, words } of refused) {
      const [, pointer, detail] = REFUSED.exec(words[0] ?? '') ?? []
      expect(problemsOf(kind, field), field).toEqual([{ pointer: `/routes/routes/0${pointer}`, detail }])
    }
  })
})

interface Row {
  readonly field: string
  readonly words: readonly string[]
}

function rowsOf(kind: Kind): Row[] {
  const [, section = ''] = page.split(`\n## ${kind}\n`)
  const [table = ''] = section.split('\n## ')
  return [...table.matchAll(/^\| `(spec\..+?)` \| (.+) \|$/gm)].map(([, field = '', words = '']) => ({
    field,
    words: words.split('<br>'),
  }))
}

/** Without the field in front. */
function textOf(row: string): string {
  return row.slice(row.indexOf(': ') + 2)
}

function isThere(shown: string): boolean {
  const [, file, title = ''] = SHOWN.exec(shown) ?? []
  const source = read(`../envoy/${file}.test.ts`)
  return [`'${title}'`, `"${title}"`].some(literal => source.includes(literal))
}

/** What is said to a route that has the field, and is good otherwise. */
function problemsOf(kind: Kind, field: string) {
  const filter = {
    type: 'ExtensionRef',
    extensionRef: { group: 'example.org', kind: 'Filter', name: 'mine' },
  }
  const rule = field.endsWith('method = CONNECT')
    ? { matches: [{ method: 'CONNECT' }] }
    : field.includes('backendRefs[]')
      ? { backendRefs: [{ name: 'web', port: 80, filters: [filter] }] }
      : { filters: [filter] }
  const parsed = parseSnapshot({ topology: {}, routes: { routes: [route('r', [rule], { kind })] } })
  return parsed.ok ? [] : parsed.problems
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}
