import { describe, expect, test } from 'vitest'
import type { World } from '../../src/translate/world.ts'
import { worldOf } from '../support/world.ts'
import { conditionOf, statusOf } from './status-of-route.ts'

describe('a backend', () => {
  const services = [
    {
      name: 'web',
      ports: [
        { name: 'http', port: 80 },
        { name: 'tls', port: 443, appProtocol: 'https' },
      ],
    },
    { namespace: 'other', name: 'web', ports: [{ port: 80 }] },
  ]
  const grant = (from: object, to: object) => ({
    namespace: 'other',
    name: 'g',
    from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'default', ...from }],
    to: [{ kind: 'Service', ...to }],
  })
  function world(backendRef: object, fields: object = {}, referenceGrants: object[] = []): World {
    const route = { name: 'r', kind: 'HTTPRoute', gateways: ['edge'], requireReferenceGrants: true }
    const routes = [{ ...route, rules: [{ backendRefs: [backendRef] }], ...fields }]
    return worldOf({ east: { topology: { services }, routes: { routes, referenceGrants } } })
  }
  const reasonOf = (...args: Parameters<typeof world>) => statusOf(world(...args)).unresolved[0]?.reason
  const messageOf = (...args: Parameters<typeof world>) => statusOf(world(...args)).unresolved[0]?.message
  const elsewhere = { namespace: 'other', name: 'web', port: 80 }

  test('of a service and a port that are there resolves', () => {
    const status = statusOf(world({ name: 'web', port: 80 }))
    expect(status.unresolved).toEqual([])
    expect(conditionOf(status, 'ResolvedRefs')).toMatchObject({ status: 'True', reason: 'ResolvedRefs' })
  })

  test('that is not there does not', () => {
    expect(statusOf(world({ name: 'gone', port: 80 })).unresolved).toEqual([
      {
        place: '/0/backendRefs/0',
        reason: 'BackendNotFound',
        message: 'service default/gone is not there: what would go there is answered 500 until it comes',
      },
    ])
    expect(messageOf({ name: 'web', port: 81 })).toBe(
      'service default/web has no port 81: what would go there is answered 500 until it comes',
    )
  })

  test('that wants TLS cannot be spoken to', () => {
    expect(reasonOf({ name: 'web', port: 443 })).toBe('UnsupportedProtocol')
    expect(messageOf({ name: 'web', port: 443 })).toContain('port 443 of service default/web speaks "https"')
  })

  test('of another kind is none that is known', () => {
    const ref = { group: 'multicluster.x-k8s.io', kind: 'ServiceImport', name: 'web', port: 80 }
    expect(reasonOf(ref)).toBe('InvalidKind')
    expect(reasonOf({ ...ref, namespace: 'other' })).toBe('InvalidKind')
  })

  test('of another namespace needs no grant where the route asks for none', () => {
    expect(reasonOf(elsewhere, { requireReferenceGrants: undefined })).toBeUndefined()
  })

  test.each<[string, object[], string | undefined]>([
    ['no grant', [], 'RefNotPermitted'],
    ['a grant for all services', [grant({}, {})], undefined],
    ['a grant for the service', [grant({}, { name: 'web' })], undefined],
    ['a grant for another service', [grant({}, { name: 'api' })], 'RefNotPermitted'],
    ['a grant for another kind of route', [grant({ kind: 'GRPCRoute' }, {})], 'RefNotPermitted'],
    ['a grant for another namespace', [grant({ namespace: 'third' }, {})], 'RefNotPermitted'],
    ['a grant for another group', [grant({ group: 'x.io' }, {})], 'RefNotPermitted'],
    ['a grant for secrets', [grant({}, { kind: 'Secret' })], 'RefNotPermitted'],
    ['a grant in a third namespace', [{ ...grant({}, {}), namespace: 'third' }], 'RefNotPermitted'],
    [
      'one of several grants',
      [grant({ namespace: 'third' }, {}), { ...grant({}, { name: 'web' }), name: 'h' }],
      undefined,
    ],
  ])('of another namespace with %s', (_, grants, reason) => {
    expect(reasonOf(elsewhere, {}, grants)).toBe(reason)
  })

  test('that may not be referred to is not told whether it is there', () => {
    expect(messageOf({ ...elsewhere, name: 'gone' })).toBe(
      'no ReferenceGrant in namespace other lets HTTPRoutes of namespace default refer to service other/gone: what would go there is answered 500 until one does',
    )
  })

  test('is not opened by the grant of another source', () => {
    const routes = { referenceGrants: [grant({}, {})] }
    const mine = { name: 'r', kind: 'HTTPRoute', gateways: ['edge'], requireReferenceGrants: true }
    const rules = [{ backendRefs: [elsewhere] }]
    const both = worldOf({
      west: { topology: { services }, routes },
      east: { routes: { routes: [{ ...mine, rules }] } },
    })
    expect(statusOf(both).unresolved[0]?.reason).toBe('RefNotPermitted')
  })

  test('of a GRPCRoute is answered in the words of gRPC, and that of a mirror is nobody’s loss', () => {
    const requestMirror = { backendRef: { name: 'mirror', port: 80 } }
    const filters = [{ type: 'RequestMirror', requestMirror }]
    const rules = [{ filters, backendRefs: [{ name: 'gone', port: 80 }] }]
    const grpc = world({}, { kind: 'GRPCRoute', rules })
    expect(statusOf(grpc, { kind: 'GRPCRoute' }).unresolved.map(one => [one.place, one.message])).toEqual([
      [
        '/0/filters/0/requestMirror/backendRef',
        'service default/mirror is not there: nothing is mirrored there until it comes',
      ],
      [
        '/0/backendRefs/0',
        'service default/gone is not there: what would go there is answered UNAVAILABLE until it comes',
      ],
    ])
    const condition = conditionOf(statusOf(grpc, { kind: 'GRPCRoute' }), 'ResolvedRefs')
    expect(condition).toMatchObject({ status: 'False', reason: 'BackendNotFound' })
    expect(condition.message).toContain('(and 1 more)')
  })
})
