import { describe, expect, test } from 'vitest'
import { beginsKubernetes, isKubernetes, joinKubernetes } from '../../src/cli/kubernetes-documents.ts'
import { parseDocuments } from '../../src/cli/pushed-documents.ts'

function file(name: string, content: string) {
  return { name, bytes: Buffer.from(content) }
}

function join(...files: ReturnType<typeof file>[]) {
  const { json, locate } = joinKubernetes(files.flatMap(parseDocuments))
  return { text: Buffer.from(json.bytes).toString(), locate }
}

describe('what is Kubernetes', () => {
  test.each([
    ['an object', { apiVersion: 'v1', kind: 'Service' }, true],
    ['an object that says half of what it is', { kind: 'Service' }, true],
    ['a list of objects', [{ apiVersion: 'v1', kind: 'Service' }], true],
    ['a document of our own', { services: [], zones: [] }, false],
    ['an empty list', [], false],
    ['a list with something else in it', [{ apiVersion: 'v1', kind: 'Service' }, {}], false],
    ['a text', 'apiVersion', false],
  ])('%s', (_, value, expected) => {
    expect(isKubernetes(value)).toBe(expected)
  })

  test.each([
    ['kubectl', '{\n    "apiVersion": "v1",\n    "items": [', true],
    ['the API server', '{"kind":"ServiceList","apiVersion":"v1"', true],
    ['YAML', 'apiVersion: v1\n', false],
    ['a document of our own', '{"services": [{"apiVersion": 1}]}', false],
  ])('need not be read when it begins like that of %s', (_, text, expected) => {
    expect(beginsKubernetes(Buffer.from(text))).toBe(expected)
  })
})

describe('joining documents', () => {
  test('leaves JSON its own text and finds every place again', () => {
    const { text, locate } = join(
      file('list.json', '{ "kind": "List", "items": [ {"n": 1.0} ] }'),
      file('two.yaml', 'kind: A\n---\n# nothing\n---\nkind: B\n'),
      file('array.json', '[{"kind":"C"},{"kind":"D"}]'),
    )
    expect(text).toBe(
      '[{ "kind": "List", "items": [ {"n": 1.0} ] },{"kind":"A"},{"kind":"B"},{"kind":"C"},{"kind":"D"}]',
    )
    expect(
      ['/0/items/0/n', '/1/kind', '/2/kind', '/4/kind', '/3', '', '/9/kind'].map(pointer => locate(pointer)),
    ).toEqual([
      'list.json: /items/0/n',
      'two.yaml (1): /kind',
      'two.yaml (3): /kind',
      'array.json: /1/kind',
      'array.json: /0',
      '/',
      '/9/kind',
    ])
  })

  test('of one sends it alone', () => {
    const { text, locate } = join(file('one.yaml', 'kind: A\nspec: {a: 1}\n'))
    expect(text).toBe('{"kind":"A","spec":{"a":1}}')
    expect([locate('/spec/a'), locate('')]).toEqual(['one.yaml: /spec/a', 'one.yaml'])
  })
})

test.each([
  ['an object', 'apiVersion: v1\nkind: A\nspec: {a: 0120, b: yes}', { a: 80, b: true }],
  ['an item of a list', '- kind: A\n- apiVersion: v1\n  spec: {a: 0120}', { a: 80 }],
  ['a flow mapping', '---\n{apiVersion: v1, spec: {a: 010}}', { a: 8 }],
  ['what is not of Kubernetes', 'kind: A\n# apiVersion: v1\nspec: {a: 0120, b: yes}', { a: 120, b: 'yes' }],
])('YAML is read as by kubectl where it is of Kubernetes: %s', (_, yaml, spec) => {
  const values = parseDocuments(file('a.yaml', yaml)).flatMap(({ value }) => value as { spec: unknown })
  expect(values.at(-1)?.spec).toEqual(spec)
})
