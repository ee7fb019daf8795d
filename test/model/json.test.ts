import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../../src/model/json.ts'
import { KUBERNETES_LIMITS } from '../../src/model/json-limits.ts'

function parse(body: string | number[]) {
  return parseJson(typeof body === 'string' ? new TextEncoder().encode(body) : Uint8Array.from(body))
}

function problems(body: string | number[]) {
  const parsed = parse(body)
  return parsed.ok ? [] : parsed.problems
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

describe('a good document is the value that JSON.parse makes of it', () => {
  test.each([
    '{}',
    ' [ ] ',
    '\t\r\n{"a" : [1, -2.5e3, 0, 0.5, 1E+2, true, false, null, "", {"a": 1}, {"a": 2}]}\n',
    '"\\u00e9\\ud83d\\ude00 \\"\\\\\\/\\b\\f\\n\\r\\t é😀"',
    '{"a":{"a":{"a":1},"b":[{"a":1},{"a":1}]},"b":1}',
    '{"":1,"é":2}',
    nested(64),
  ])('%s', text => {
    expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text), warnings: [] })
  })
})

describe('a broken document is refused with the place where it breaks', () => {
  test.each([
    ['nothing at all', '', 'is empty'],
    ['only space', ' \n ', 'the document ends at line 2, column 2, where a value was expected'],
    ['an open list', '[1,', 'the document ends at line 1, column 4, where a value was expected'],
    ['an open object', '{"a":1', 'the document ends at line 1, column 7, where "," or "}" was expected'],
    ['an open string', '{"a', 'the document ends at line 1, column 4, where the rest of a field name'],
    ['two documents', '{} {}', 'found "{" at line 1, column 4, where the end of the document was expected'],
    ['a closing brace for a list', '[1}', 'found "}" at line 1, column 3, where "," or "]" was expected'],
    ['a comma too many', '{"a":1,}', 'found "}" at line 1, column 8, where a field name'],
    ['a comma too many in a list', '[1,]', 'found "]" at line 1, column 4, where a value'],
    ['a field without a value', '{"a"}', 'found "}" at line 1, column 5, where ":"'],
    ['a field without quotes', '{a:1}', 'found "a" at line 1, column 2, where a field name'],
    ['single quotes', "{'a':1}", 'found "\'" at line 1, column 2'],
    ['a comment', '{\n  // why\n}', 'found "/" at line 2, column 3'],
    ['NaN', '{"a":NaN}', 'found "N" at line 1, column 6, where a value'],
    ['Infinity', '[-Infinity]', 'found "I" at line 1, column 3, where the rest of a number'],
    ['a half word', '[tru]', 'found "t" at line 1, column 2, where a value such as true'],
    ['a leading zero', '[01]', 'found "1" at line 1, column 3'],
    ['a number that stops', '[1.]', 'found "]" at line 1, column 4, where the rest of a number'],
    ['an exponent that stops', '[1e+]', 'found "]" at line 1, column 5, where the rest of a number'],
    ['a plus sign', '[+1]', 'found "+" at line 1, column 2'],
    ['a line break in a string', '["a\nb"]', 'found "\\n" at line 1, column 4'],
    ['an unknown escape', '["\\x41"]', 'found "x" at line 1, column 4'],
    ['a half escape', '["\\u12"]', 'found "u" at line 1, column 4'],
    ['an error after other characters', '{"é😀": ?}', 'found "?" at line 1, column 9'],
  ])('%s', (_title, text, detail) => {
    expect(problems(text)).toEqual([{ pointer: '', detail: expect.stringContaining(detail) }])
  })

  test.each([
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d], 'byte order mark'],
    ['a lone continuation byte', [0x22, 0x80, 0x22], 'decoding stops at byte offset 1'],
    ['Latin-1', [0x22, 0x61, 0xe9, 0x22], 'decoding stops at byte offset 3'],
    ['a character cut off', [0x22, 0xc3], 'decoding stops at byte offset 2'],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22], 'decoding stops at byte offset 2'],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00], 'decoding stops at byte offset 0'],
  ])('%s', (_title, bytes, detail) => {
    expect(problems(bytes)).toEqual([{ pointer: '', detail: expect.stringContaining(detail) }])
  })
})

test('nesting of 65 levels is refused where it becomes too deep', () => {
  expect(problems(`{"a":${nested(64)}}`)).toEqual([
    { pointer: `/a${'/0'.repeat(63)}`, detail: 'is nested deeper than 64 levels' },
  ])
})

test('nesting of a million levels overflows nothing', () => {
  expect(problems(nested(1_000_000))).toHaveLength(1)
})

test('every field that is given twice is refused at its own pointer', () => {
  const text = '{"a":1,"b":[{"x":1},{"x":1,"y":{"z":1,"w":2,"z":3},"x":2}],"a":2}'
  expect(problems(text).map(({ pointer }) => pointer)).toEqual(['/b/1/y/z', '/b/1/x', '/a'])
})

test('fields of one name in different objects are good', () => {
  expect(problems('[{"a":{"a":1}},{"a":{"a":1},"b":{"a":1}}]')).toEqual([])
})

test('prototype keys are refused wherever they stand', () => {
  expect(problems('{"__proto__":{"a":1},"b":[{"__proto__":1}]}').map(({ pointer }) => pointer)).toEqual([
    '/__proto__',
    '/b/0/__proto__',
  ])
})

test('an escaped field name cannot hide a second field or a prototype key', () => {
  expect(problems('{"a":1,"\\u0061":2,"\\u005f_proto__":1}').map(({ pointer }) => pointer)).toEqual([
    '/a',
    '/__proto__',
  ])
})

test('an object of more than 256 fields is refused as a whole', () => {
  const fields = Array.from({ length: 257 }, (_, index) => `"f${index}":1`)
  expect(problems(`{"a":{${fields.join()}}}`)).toEqual([
    { pointer: '/a', detail: 'has more than 256 fields' },
  ])
})

test('a field name of more than 256 bytes is refused without being repeated', () => {
  expect(problems(`[{"${'a'.repeat(257)}":1}]`)).toEqual([
    { pointer: '/0', detail: 'has a field with a name of more than 256 bytes' },
  ])
})

test('what is refused as broken is what JSON.parse refuses', () => {
  const edit = fc.record({
    at: fc.nat(),
    remove: fc.nat(2),
    insert: fc.constantFrom(...'{}[]",:\\-+.eE0 1ntu/\n\u0000é'),
  })
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.array(edit, { maxLength: 2 }), (json, edits) => {
      const text = edits.reduce((before, { at, remove, insert }) => {
        const place = at % (before.length + 1)
        return before.slice(0, place) + insert + before.slice(place + remove)
      }, json)
      const isBroken = problems(text).some(({ detail }) => /^is (empty|not JSON)/.test(detail))
      expect(isBroken).toBe(!isJson(text))
    }),
    { numRuns: 3000 },
  )
})

function isJson(text: string): boolean {
  try {
    JSON.parse(Buffer.from(text).toString())
    return true
  } catch {
    return false
  }
}

test('a pointer escapes what RFC 6901 says', () => {
  expect(problems('{"a/b~c":{"x":1,"x":2}}').map(({ pointer }) => pointer)).toEqual(['/a~1b~0c/x'])
})

test('names of Kubernetes may be escaped and long, but are held against each other and never a prototype', () => {
  const parseForeign = (text: string) => parseJson(new TextEncoder().encode(text), KUBERNETES_LIMITS)
  const text = `{"k:{\\"port\\":80}":1,"${'a'.repeat(317)}":{"a":1}}`
  expect(parseForeign(text)).toMatchObject({ ok: true, value: { 'k:{"port":80}': 1 } })
  expect(parseForeign('{"a":{"\\u005f_proto__":1},"b\\"":1,"b\\"":2}')).toMatchObject({
    ok: false,
    problems: [{ pointer: '/a/__proto__' }, { pointer: '/b"', detail: 'is given twice in one object' }],
  })
})
