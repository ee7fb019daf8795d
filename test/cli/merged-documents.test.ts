import { describe, expect, test } from 'vitest'
import { mergeDocuments } from '../../src/cli/merged-documents.ts'
import * as pushed from '../../src/cli/pushed-documents.ts'

function parseDocuments(name: string, content: string) {
  return pushed.parseDocuments({ name, bytes: Buffer.from(content) })
}

describe('merging documents', () => {
  test('joins the lists of several files, and finds each item again', () => {
    const merged = mergeDocuments([
      ...parseDocuments('a.yaml', 'services: [{name: a}]\n---\nservices: [{name: b}, {name: c}]\n'),
      ...parseDocuments('d.json', '{"topology": {"services": [{"name": "d"}], "zones": []}}'),
    ])
    expect(merged.part).toBe('topology')
    expect(merged.document).toEqual({
      services: [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }],
      zones: [],
    })
    expect(merged.locate('/services/2/name')).toBe('a.yaml (2): /services/1/name')
    expect(merged.locate('/services/3')).toBe('d.json: /topology/services/0')
    expect(merged.locate('/services')).toBe('/services')
    expect(merged.locate('')).toBe('/')
  })

  test('of both parts is a snapshot, whether the parts are named or not', () => {
    const bare = parseDocuments('bare.yaml', 'services: []\nroutes: [{name: r}]\n')
    const named = parseDocuments('named.yaml', 'topology: {}\nroutes: {gateways: [{name: g}]}\n')
    const merged = mergeDocuments([...bare, ...named])
    expect(merged.part).toBe('snapshot')
    expect(merged.document).toEqual({
      topology: { services: [] },
      routes: { routes: [{ name: 'r' }], gateways: [{ name: 'g' }] },
    })
    expect(merged.locate('/routes/gateways/0/name')).toBe('named.yaml: /routes/gateways/0/name')
  })

  test('takes namespaces and grants as lists of the routes', () => {
    const merged = mergeDocuments(
      parseDocuments('x', 'namespaces: [{name: a}]\nreferenceGrants: [{name: g}]'),
    )
    expect(merged.part).toBe('routes')
    expect(merged.locate('/referenceGrants/0/from')).toBe('x: /referenceGrants/0/from')
  })

  test('takes the defaults of one document, and finds them again', () => {
    const defaults = { locality: { failover: 'none' } }
    const merged = mergeDocuments([
      ...parseDocuments('a', 'services: []'),
      ...parseDocuments('b', JSON.stringify({ topology: { defaults } })),
    ])
    expect(merged.document).toEqual({ services: [], defaults })
    expect(merged.locate('/defaults/locality/failover')).toBe('b: /topology/defaults/locality/failover')
  })

  test('of a part that is named but empty pushes an empty part', () => {
    expect(mergeDocuments(parseDocuments('x', 'routes: {}'))).toMatchObject({ part: 'routes', document: {} })
  })

  test('skips empty documents', () => {
    expect(parseDocuments('x', '---\n---\nzones: []\n---\n')).toHaveLength(1)
    expect(parseDocuments('x', '')).toEqual([])
  })
})

test.each([
  ['a list', '- a', /x: must be a mapping/],
  ['an unknown field', 'servces: []', /x: \/servces is none of topology, defaults/],
  ['a field of the other part', 'topology: {routes: []}', /\/topology\/routes is not a field of topology/],
  ['a field that is no list', 'services: {}', /x: \/services must be a list/],
  ['defaults twice', 'defaults: {}\n---\ntopology: {defaults: {}}', /\/defaults is given twice: x \(1\) has/],
  ['nothing', '', /nothing to push/],
])('%s is refused', (_, content, message) => {
  expect(() => mergeDocuments(parseDocuments('x', content))).toThrow(message)
})

test.each([
  ['broken YAML', 'a: [', /x: /],
  ['broken JSON', '{"a": [', /x: /],
])('%s is refused with its place', (_, content, message) => {
  expect(() => parseDocuments('x', content)).toThrow(message)
})
