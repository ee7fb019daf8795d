import { describe, expect, test } from 'vitest'
import { parseYaml } from '../../../src/operations/intake/yaml.ts'

function parse(text: string) {
  return parseYaml(new TextEncoder().encode(text))
}

describe('a stream of documents', () => {
  test.each([
    ['of one is its value', 'a: 1\n', { a: 1 }],
    ['of one between separators too', '# c\n---\na: 1\n---\n# end\n', { a: 1 }],
    [
      'of several is a list, with null for an empty one',
      'a: 1\n---\n---\nb: 2\n',
      [{ a: 1 }, null, { b: 2 }],
    ],
    ['may begin with a byte order mark', '\ufeffa: 1', { a: 1 }],
    [
      'may name things twice',
      'a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}',
      { a: { b: 1 }, c: { b: 1 }, d: { b: 1, e: 2 } },
    ],
    [
      'has values of JSON whatever it says of its version',
      '%YAML 1.2\n---\na: !!binary eA==\nb: yes\nc: 2001-01-01',
      { a: 'eA==', b: true, c: '2001-01-01' },
    ],
    [
      // Held against `kubectl label --local`.
      'has the numbers and flags of kubectl',
      '[0120, +010, 089, 1_000, 0x1F, 0b11, 1e3, .5, 10:30, y, off, on, "0120", "yes", ~]',
      [80, 8, 89, 1000, 31, 3, 1000, 0.5, '10:30', true, false, true, '0120', 'yes', null],
    ],
  ])('%s', (_, text, value) => {
    expect(parse(text)).toEqual({ ok: true, value, warnings: [] })
  })
})

describe('what cannot be read is malformed', () => {
  test.each([
    ['a syntax error, with its place', 'a: 1\nb: [1,\nc: 2\n', '', /^is not YAML: .* at line 3, column 1$/],
    ['a key given twice', '---\na: 1\n---\na: 1\na: 2\n', '', /unique at line 5, column 1/],
    ['an alias of nothing', 'a: *x', '', /x/],
    ['a merge of no map', '<<: 5', '', /[Mm]erge/],
    ['nothing', '# nothing\n---\n', '', /is empty/],
    ['a number that JSON has not', 'a: [.inf]', '/a/0', /JSON/],
    ['a prototype', 'b: 1\n---\na: {__proto__: 1}', '/1/a/__proto__', /not a field/],
    ['a document that contains itself', 'a: &a [*a]', `/a${'/0'.repeat(63)}`, /deeper than 64/],
  ])('%s', (_, text, pointer, detail) => {
    const parsed = parse(text)
    expect(parsed).toMatchObject({ ok: false, malformed: true, problems: [{ pointer }] })
    expect(!parsed.ok && parsed.problems[0]?.detail).toMatch(detail)
  })

  test('bytes that are no UTF-8', () => {
    expect(parseYaml(Uint8Array.of(0x61, 0xff))).toMatchObject({ ok: false, malformed: true })
  })

  test.each([
    ['lists', '['],
    ['maps', '{'],
    ['lists in lines', '- '],
    ['keys', '? '],
  ])('%s in each other without end, of which V8 would die', (_, opening) => {
    expect(parse(opening.repeat(20_000))).toMatchObject({
      ok: false,
      malformed: true,
      problems: [{ detail: expect.stringContaining('nested deeper than 64 levels at line 1, column') }],
    })
  })

  test.each([
    ['block', (fields: string[]) => `a: 1\n---\nb:\n${fields.map(field => `  ${field}: 1\n`).join('')}`],
    ['flow', (fields: string[]) => `a: 1\n---\nb: {${fields.map(field => `${field}: 1`).join(', ')}}`],
  ])('a %s map of more fields than any object has', (_, write) => {
    const fields = Array.from({ length: 1025 }, (_, index) => `f${index}`)
    expect(parse(write(fields.slice(1)))).toMatchObject({ ok: true })
    expect(parse(write(fields))).toMatchObject({
      ok: false,
      problems: [{ detail: expect.stringMatching(/more than 1024 fields at line [34], column/) }],
    })
  })

  test('aliases that multiply', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
    for (let level = 1; level < 9; level++) {
      lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ')}]`)
    }
    expect(parse(lines.join('\n'))).toMatchObject({ ok: false, malformed: true })
  })
})
