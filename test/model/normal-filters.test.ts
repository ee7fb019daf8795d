import { expect, test } from 'vitest'
import { parseRoutes } from '../../src/model/parse-routes.ts'
import { bodies, good } from './parsed-bodies.ts'

const stored = (kind: string, fields: object) => {
  const route = { namespace: 'team', name: 'r', kind, gateways: ['edge'], ...fields }
  return bodies(good(parseRoutes({ routes: [route] })))[`${kind}/team/r`]
}

test('filters are stored without what is so anyway', () => {
  const filters = [
    { type: 'RequestRedirect', requestRedirect: { statusCode: 302, scheme: 'https' } },
    { type: 'ResponseHeaderModifier', responseHeaderModifier: { set: [], remove: ['a'] } },
    {
      type: 'RequestMirror',
      requestMirror: { percent: 100, backendRef: { group: '', kind: 'Service', name: 'a', port: 80 } },
    },
    { type: 'CORS', cors: { allowOrigins: [], allowCredentials: false, maxAge: 5, allowMethods: ['GET'] } },
  ]
  expect(stored('HTTPRoute', { rules: [{ filters }] })).toMatchObject({
    rules: [
      {
        filters: [
          { type: 'RequestRedirect', requestRedirect: { scheme: 'https' } },
          { type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['a'] } },
          {
            type: 'RequestMirror',
            requestMirror: { backendRef: { namespace: 'team', name: 'a', port: 80 } },
          },
          { type: 'CORS', cors: { allowMethods: ['GET'] } },
        ],
      },
    ],
  })
})

test('a retry is stored with its statuses as a set, and one attempt as none said', () => {
  const rules = [
    { retry: { codes: [503, 502, 503], attempts: 1 } },
    { retry: { attempts: 0, backoff: '1s' } },
  ]
  expect(stored('HTTPRoute', { rules })).toMatchObject({
    rules: [{ retry: { codes: [502, 503] } }, { retry: { attempts: 0, backoff: '1s' } }],
  })
})

test('a GRPCRoute is stored as an HTTPRoute is: the short way, with the namespaces of its backends', () => {
  const match = {
    method: { type: 'Exact', service: 'a.B' },
    headers: [{ name: 'X', type: 'Exact', value: 'y' }],
  }
  const rules = [
    { matches: [{}], backendRefs: [{ name: 'a', port: 80, weight: 1, filters: [] }] },
    { matches: [match, { method: { type: 'RegularExpression', method: 'Get.*' } }] },
  ]
  const gateways = [{ name: 'edge' }, { namespace: 'team', name: 'edge', port: 80 }, 'default/edge']
  expect(stored('GRPCRoute', { gateways, rules })).toEqual({
    namespace: 'team',
    name: 'r',
    kind: 'GRPCRoute',
    gateways: ['edge', { namespace: 'team', name: 'edge', port: 80 }],
    rules: [
      { backendRefs: [{ namespace: 'team', name: 'a', port: 80 }] },
      {
        matches: [
          { method: { service: 'a.B' }, headers: [{ name: 'x', value: 'y' }] },
          { method: { type: 'RegularExpression', method: 'Get.*' } },
        ],
      },
    ],
  })
})

test('a listener that restricts nothing says nothing of what it allows', () => {
  const kinds = [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }, { kind: 'GRPCRoute' }]
  const listeners = [
    { name: 'a', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' }, kinds: [] } },
    { name: 'b', port: 81, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'Same' }, kinds } },
  ]
  const content = good(parseRoutes({ gateways: [{ name: 'edge', listeners }] }))
  expect(bodies(content)['Gateway/default/edge']).toMatchObject({
    listeners: [
      { name: 'a', port: 80, protocol: 'HTTP' },
      {
        name: 'b',
        allowedRoutes: {
          namespaces: { from: 'Same' },
          kinds: [{ kind: 'GRPCRoute' }, { kind: 'HTTPRoute' }],
        },
      },
    ],
  })
  expect(bodies(content)['Gateway/default/edge']).not.toHaveProperty('listeners.0.allowedRoutes')
})

test('namespaces and grants are stored with their lists in one order', () => {
  const from = ['b', 'a'].map(namespace => ({
    group: 'gateway.networking.k8s.io',
    kind: 'HTTPRoute',
    namespace,
  }))
  const content = good(
    parseRoutes({
      namespaces: [
        { name: 'team', labels: { b: '1', a: '2' } },
        { name: 'bare', labels: {} },
      ],
      referenceGrants: [{ namespace: 'team', name: 'g', from, to: [{ group: '', kind: 'Service' }] }],
    }),
  )
  expect(content.entries.map(({ body }) => body)).toEqual([
    '{"name":"team","labels":{"a":"2","b":"1"}}',
    '{"name":"bare"}',
    '{"namespace":"team","name":"g","from":[{"group":"gateway.networking.k8s.io","kind":"HTTPRoute","namespace":"a"},' +
      '{"group":"gateway.networking.k8s.io","kind":"HTTPRoute","namespace":"b"}],"to":[{"kind":"Service"}]}',
  ])
})
