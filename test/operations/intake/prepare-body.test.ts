import { expect, test } from 'vitest'
import { unpackEntries } from '../../../src/model/entry.ts'
import { type EntryCheck, prepareBody } from '../../../src/operations/intake/prepare-body.ts'
import type { PrepareRequest } from '../../../src/operations/intake/prepared.ts'
import { body } from './bodies.ts'

const topology = {
  zones: [{ zone: 'a' }, { zone: 'b' }],
  services: [{ name: 'a', ports: [{ port: 80 }], endpoints: [{ address: '10.0.0.1', port: 8080 }] }],
}
const route = (name: string, ...ports: number[]) => ({
  name,
  kind: 'HTTPRoute',
  gateways: ['edge'],
  rules: [{ backendRefs: ports.map(port => ({ name: 'a', port })) }],
})

function prepared(request: PrepareRequest) {
  const parsed = prepareBody(request)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed))
  return parsed.value
}

test('a push comes to packed entries', () => {
  const { parts, routes } = prepared({ kind: 'topology', bytes: body(topology) })
  expect(parts).toMatchObject([{ part: 'topology', remove: [] }])
  expect(parts.flatMap(part => unpackEntries(part.entries)).map(({ kind, name }) => [kind, name])).toEqual([
    ['Zone', 'a'],
    ['Zone', 'b'],
    ['Service', 'a'],
    ['Endpoints', 'a'],
  ])
  expect(routes).toEqual([])
})

test('routes and gateways come with where they and what they name stand', () => {
  const listeners = [{ name: 'http', port: 80, protocol: 'HTTP' }]
  const bytes = body({
    topology,
    routes: { gateways: [{ name: 'edge', listeners }], routes: [route('r', 80)] },
  })
  const { parts, routes, gateways } = prepared({ kind: 'snapshot', bytes })
  expect(parts.map(({ part, entries }) => [part, unpackEntries(entries).length])).toEqual([
    ['topology', 4],
    ['routes', 2],
  ])
  expect(gateways).toEqual([{ gateway: 'default/edge', pointer: '/routes/gateways/0' }])
  expect(routes).toEqual([
    {
      kind: 'HTTPRoute',
      namespace: 'default',
      name: 'r',
      pointer: '/routes/routes/0',
      gateways: [{ reference: { gateway: 'default/edge' }, pointer: '/routes/routes/0/gateways/0' }],
      rules: '/routes/routes/0/rules',
    },
  ])
})

test('a patch carries the keys that go', () => {
  const patch = { upsert: { routes: [route('r')] }, remove: [{ kind: 'Gateway', name: 'edge' }] }
  expect(prepared({ kind: 'patch', part: 'routes', bytes: body(patch) }).parts).toMatchObject([
    {
      part: 'routes',
      remove: [{ kind: 'Gateway', namespace: 'default', name: 'edge' }],
    },
  ])
})

test('warnings of a good push are kept', () => {
  const services = [{ name: 'a', ports: [{ port: 80, appProtocol: 'redis' }] }]
  expect(prepareBody({ kind: 'topology', bytes: body({ services }) })).toMatchObject({
    ok: true,
    warnings: [{ pointer: '/services/0/ports/0/appProtocol' }],
  })
})

test('what a check says of an entry is refused where the entry stands', () => {
  const check: EntryCheck = entries =>
    entries
      .filter(one => one.kind === 'HTTPRoute')
      .map(one => ({ key: one, detail: `cannot be: ${one.name}` }))
  const bytes = body({ topology, routes: { routes: [route('x'), route('y')] } })
  expect(prepareBody({ kind: 'snapshot', bytes }, [check])).toEqual({
    ok: false,
    problems: [
      { pointer: '/routes/routes/0', detail: 'cannot be: x' },
      { pointer: '/routes/routes/1', detail: 'cannot be: y' },
    ],
  })
})
