import { expect, test } from 'vitest'
import type { Part } from '../../src/model/entry.ts'
import { parsePatch } from '../../src/model/parse-patch.ts'
import { parseTopology } from '../../src/model/parse-topology.ts'
import { bodies, digests, good } from './parsed-bodies.ts'

const SERVICE = { name: 'a', ports: [{ port: 80 }], endpoints: [{ address: '10.0.0.1', port: 8080 }] }

function refused(value: unknown, part: Part = 'topology'): string[] {
  const parsed = parsePatch(part, value)
  return parsed.ok ? [] : parsed.problems.map(({ pointer }) => pointer).sort()
}

test('a patch and a push of equal content make equal entries', () => {
  const topology = { zones: [{ zone: 'z' }], nodes: [{ name: 'n' }], services: [SERVICE] }
  expect(digests(good(parsePatch('topology', { upsert: topology })))).toEqual(
    digests(good(parseTopology(topology))),
  )
})

test('endpoints on their own make the entry that they make in their service', () => {
  const { name, ports, endpoints } = SERVICE
  const patch = { upsert: { services: [{ name, ports }], endpoints: [{ name, endpoints }] } }
  expect(digests(good(parsePatch('topology', patch)))).toEqual(
    digests(good(parseTopology({ services: [SERVICE] }))),
  )
})

test('a service without the field endpoints leaves those that stand', () => {
  const patch = good(parsePatch('topology', { upsert: { services: [{ name: 'a' }] } }))
  expect(bodies(patch)).toEqual({ 'Service/default/a': { namespace: 'default', name: 'a' } })
  expect(patch.remove).toEqual([])
})

test('an empty list of endpoints takes their entry away, in a service and on its own', () => {
  const upsert = {
    services: [{ name: 'a', endpoints: [] }],
    endpoints: [{ namespace: 'team', name: 'b', endpoints: [] }],
  }
  expect(good(parsePatch('topology', { upsert })).remove).toEqual([
    { kind: 'Endpoints', namespace: 'default', name: 'a' },
    { kind: 'Endpoints', namespace: 'team', name: 'b' },
  ])
})

test('defaults replace those that stand, and go when they set nothing any more', () => {
  const upsert = (defaults: object) => good(parsePatch('topology', { upsert: { defaults } }))
  expect(bodies(upsert({ locality: { spillover: 70 } }))).toEqual({
    'Defaults//defaults': { locality: { spillover: 70 } },
  })
  for (const nothing of [{}, { locality: { failover: 'nearest', distribute: [] } }]) {
    expect(upsert(nothing)).toMatchObject({
      entries: [],
      remove: [{ kind: 'Defaults', namespace: '', name: 'defaults' }],
    })
  }
  const both = {
    upsert: { defaults: { locality: { spillover: 70 } } },
    remove: [{ kind: 'Defaults', name: 'defaults' }],
  }
  expect(refused(both)).toEqual(['/remove/0'])
})

test('removing a service takes its endpoints along; zones and nodes have no namespace', () => {
  const remove = [
    { kind: 'Service', namespace: 'team', name: 'a' },
    { kind: 'Endpoints', name: 'b' },
    { kind: 'Zone', name: 'r1/a' },
    { kind: 'Node', name: 'n' },
  ]
  expect(good(parsePatch('topology', { remove })).remove).toEqual([
    { kind: 'Service', namespace: 'team', name: 'a' },
    { kind: 'Endpoints', namespace: 'team', name: 'a' },
    { kind: 'Endpoints', namespace: 'default', name: 'b' },
    { kind: 'Zone', namespace: '', name: 'r1/a' },
    { kind: 'Node', namespace: '', name: 'n' },
  ])
})

test('an empty patch is good and changes nothing', () => {
  expect(good(parsePatch('routes', {}))).toMatchObject({ entries: [], remove: [] })
})

const endpoint = (fields: object) => ({ address: '10.0.0.1', port: 80, ...fields })
const E = '/upsert/endpoints/0'

test.each<[string, unknown, string[]]>([
  ['that is a list', [], ['']],
  ['with an unknown field', { replace: {} }, ['/replace']],
  ['with upsert as a list', { upsert: [] }, ['/upsert']],
  ['with an unknown list', { upsert: { routes: [] } }, ['/upsert/routes']],
  ['with a bad service', { upsert: { services: [{ name: 'A' }] } }, ['/upsert/services/0/name']],
  ['with endpoints of no service', { upsert: { endpoints: [{ endpoints: [] }] } }, [`${E}/name`]],
  ['with endpoints without a list', { upsert: { endpoints: [{ name: 'a' }] } }, [`${E}/endpoints`]],
  [
    'with settings among the endpoints',
    { upsert: { endpoints: [{ name: 'a', ports: [], endpoints: [] }] } },
    [`${E}/ports`],
  ],
  [
    'with endpoints of both styles',
    {
      upsert: {
        endpoints: [{ name: 'a', endpoints: [endpoint({}), { address: '10.0.0.2', ports: { a: 1 } }] }],
      },
    },
    [`${E}/endpoints/1/ports`],
  ],
  [
    'with endpoints of one service twice',
    { upsert: { services: [SERVICE], endpoints: [{ name: 'a', endpoints: [] }] } },
    [E],
  ],
  ['with remove as an object', { remove: {} }, ['/remove']],
  ['that removes nothing by name', { remove: [{ kind: 'Service' }] }, ['/remove/0/name']],
  ['that removes an unknown kind', { remove: [{ kind: 'Pod', name: 'a' }] }, ['/remove/0/kind']],
  ['that removes of the other part', { remove: [{ kind: 'HTTPRoute', name: 'a' }] }, ['/remove/0/kind']],
  [
    'that removes a zone of a namespace',
    { remove: [{ kind: 'Zone', namespace: 'a', name: 'a' }] },
    ['/remove/0/namespace'],
  ],
  [
    'that removes twice',
    {
      remove: [
        { kind: 'Node', name: 'a' },
        { kind: 'Node', name: 'a' },
      ],
    },
    ['/remove/1'],
  ],
  [
    'that removes what it brings',
    { upsert: { services: [SERVICE] }, remove: [{ kind: 'Service', name: 'a' }] },
    ['/remove/0'],
  ],
])('a patch %s is refused', (_title, patch, pointers) => {
  expect(refused(patch)).toEqual(pointers)
})

test('a patch of routes knows routes only', () => {
  expect(refused({ upsert: { services: [] }, remove: [{ kind: 'Service', name: 'a' }] }, 'routes')).toEqual([
    '/remove/0/kind',
    '/upsert/services',
  ])
})
