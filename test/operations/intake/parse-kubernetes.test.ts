import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { unpackEntries } from '../../../src/model/entry.ts'
import type { Parsed } from '../../../src/model/problem.ts'
import { type EntryCheck, prepareBody } from '../../../src/operations/intake/prepare-body.ts'
import type { Prepared } from '../../../src/operations/intake/prepared.ts'
import { body } from './bodies.ts'
import { endpointSlice, gateway, httpRoute, list, node, service } from './kubernetes-objects.ts'

const CLUSTER = list(
  node('n1', 'zone-a'),
  service('backend'),
  endpointSlice('backend', 'n1'),
  gateway('edge'),
  httpRoute('web', 'edge', 'backend'),
)

interface Asked {
  readonly part?: 'topology' | 'routes' | 'both'
  readonly checks?: readonly EntryCheck[]
}

function prepare(document: unknown, { part = 'both', checks }: Asked = {}): Parsed<Prepared> {
  return prepareBody({ kind: 'kubernetes', part, format: 'json', bytes: body(document) }, checks)
}

function entriesOf(parsed: Parsed<Prepared>): string[][] {
  if (!parsed.ok) throw new Error(JSON.stringify(parsed))
  return parsed.value.parts.map(({ part, entries }) => [
    part,
    ...unpackEntries(entries).map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`),
  ])
}

const TOPOLOGY = [
  'topology',
  'Zone /zone-a',
  'Node /n1',
  'Service default/backend',
  'Endpoints default/backend',
]
const ROUTES = ['routes', 'Gateway default/edge', 'HTTPRoute default/web']

describe('the objects of a cluster', () => {
  test('come to both parts', () => {
    const prepared = prepare(CLUSTER)
    expect(entriesOf(prepared)).toEqual([TOPOLOGY, ROUTES])
    expect(prepared).toMatchObject({ warnings: [] })
  })

  test('come to the part that is asked for alone', () => {
    expect(entriesOf(prepare(CLUSTER, { part: 'topology' }))).toEqual([TOPOLOGY])
    expect(entriesOf(prepare(CLUSTER, { part: 'routes' }))).toEqual([ROUTES])
  })

  test('are the same in YAML', () => {
    const bytes = new TextEncoder().encode(CLUSTER.items.map(item => stringify(item)).join('---\n'))
    const yaml = prepareBody({ kind: 'kubernetes', part: 'both', format: 'yaml', bytes })
    expect(yaml).toMatchObject({
      ok: true,
      value: { parts: (prepare(CLUSTER) as { value: Prepared }).value.parts },
    })
  })

  test('may have names that only they have', () => {
    const managedFields = [
      { fieldsV1: { 'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': {} } } } },
    ]
    const labels = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [`${'a'.repeat(240)}.x/label-${i}`, 'x']),
    )
    const one = service('a')
    Object.assign(one.metadata, { managedFields, labels })
    expect(entriesOf(prepare(list(one), { part: 'topology' }))).toEqual([['topology', 'Service default/a']])
  })
})

describe('a part that the document has nothing of', () => {
  const warningsOf = (parsed: Parsed<Prepared>) => parsed.ok && parsed.warnings.map(({ detail }) => detail)

  test('is emptied with a warning that tells how to leave it alone', () => {
    const prepared = prepare(list(service('a'), endpointSlice('a', 'n1')))
    expect(entriesOf(prepared)).toEqual([
      ['topology', 'Service default/a', 'Endpoints default/a'],
      ['routes'],
    ])
    expect(warningsOf(prepared)).toEqual([
      'the document has no Gateway, HTTPRoute, GRPCRoute or ReferenceGrant: the routes of the source are now empty; push with part=topology to leave them alone',
    ])
    expect(warningsOf(prepare(list(gateway('edge'))))).toEqual([
      expect.stringContaining('push with part=routes'),
    ])
  })

  test('is not spoken of when only the other is written', () => {
    expect(warningsOf(prepare(list(node('a', 'zone-a')), { part: 'topology' }))).toEqual([])
    expect(warningsOf(prepare(list(service('a')), { part: 'routes' }))).toEqual([
      'the document has no Gateway, HTTPRoute, GRPCRoute or ReferenceGrant: the routes of the source are now empty',
    ])
  })
})

describe('Services without any EndpointSlice', () => {
  const alias = { ...service('c'), spec: { type: 'ExternalName' } }
  const document = list(alias, service('a'), service('b'), gateway('edge'))

  test('lose their endpoints with a warning before others: kubectl may not have had the right to list slices', () => {
    for (const part of ['both', 'topology'] as const) {
      const { warnings } = { warnings: [], ...prepare(document, { part }) }
      expect(warnings).toEqual([
        {
          pointer: '',
          detail:
            'the document has no EndpointSlice: the endpoints of its 2 Services are now none; list endpointslices too, or push manifests with part=routes to leave the topology alone',
        },
        { pointer: '/items/0/spec/type', detail: expect.stringContaining('Service default/c: left out') },
      ])
    }
  })

  test('are not spoken of where routes alone are written, some slice is there, or no Service is kept', () => {
    for (const prepared of [
      prepare(document, { part: 'routes' }),
      prepare(list(...document.items, endpointSlice('b', 'n1'))),
      prepare(list(alias, gateway('edge')), { part: 'topology' }),
    ]) {
      const { warnings } = { warnings: [], ...prepared }
      expect(warnings.filter(({ detail }) => detail.includes('no EndpointSlice'))).toEqual([])
    }
  })
})

test.each([
  ['an empty List, as kubectl prints it when it fails', list()],
  [
    'only kinds that every cluster has',
    list({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }),
  ],
])('a document with nothing of either part is refused: %s', (_, document) => {
  for (const part of ['both', 'topology', 'routes'] as const) {
    expect(prepare(document, { part })).toMatchObject({ ok: false, problems: [{ pointer: '' }] })
  }
})

describe('everything that is said leads into the Kubernetes document', () => {
  test('problems of the conversion', () => {
    const document = list(service('a'), { ...service('b'), spec: { ports: 'none' } })
    expect(prepare(document)).toMatchObject({ ok: false, problems: [{ pointer: '/items/1/spec/ports' }] })
  })

  test('problems of what was made of it', () => {
    const bad = gateway('edge', 0)
    expect(prepare([list(service('a')), bad])).toMatchObject({
      ok: false,
      problems: [
        {
          pointer: '/1/spec/listeners/0/port',
          detail: expect.stringMatching(/^Gateway default\/edge: must be/),
        },
      ],
    })
  })

  test('what a check says of an entry', () => {
    const check: EntryCheck = entries =>
      entries.filter(one => one.kind === 'HTTPRoute').map(key => ({ key, detail: 'cannot be' }))
    expect(prepare(CLUSTER, { checks: [check] })).toEqual({
      ok: false,
      problems: [{ pointer: '/items/4', detail: 'HTTPRoute default/web: cannot be' }],
    })
  })

  test('where routes and gateways stand', () => {
    const prepared = prepare(CLUSTER)
    expect(prepared.ok && prepared.value).toMatchObject({
      gateways: [{ gateway: 'default/edge', pointer: '/items/3', object: 'Gateway default/edge' }],
      routes: [
        {
          object: 'HTTPRoute default/web',
          pointer: '/items/4',
          rules: '/items/4/spec/rules',
          gateways: [{ pointer: '/items/4/spec/parentRefs/0' }],
        },
      ],
    })
  })
})

test('of another part than the one that is asked for nothing native is judged', () => {
  const document = list(service('a'), gateway('edge', 0))
  expect(prepare(document, { part: 'topology' })).toMatchObject({ ok: true })
})

test('bytes that are no JSON are malformed', () => {
  const bytes = new TextEncoder().encode('{"kind":\n}')
  expect(prepareBody({ kind: 'kubernetes', part: 'both', format: 'json', bytes })).toMatchObject({
    ok: false,
    malformed: true,
    problems: [{ detail: expect.stringContaining('line 2, column 1') }],
  })
})
