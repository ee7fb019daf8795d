import { describe, expect, test } from 'vitest'
import { parseRoutes } from '../../src/model/parse-routes.ts'
import { bodies, good } from './parsed-bodies.ts'

function storedRoute(fields: object) {
  const route = { name: 'r', kind: 'HTTPRoute', gateways: ['edge'], rules: [{}], ...fields }
  return bodies(good(parseRoutes({ routes: [route] })))['HTTPRoute/default/r']
}

const storedMatches = (...matches: object[]) => storedRoute({ rules: [{ matches }] })

test('a gateway is stored with its listeners by name and without defaults', () => {
  const listeners = [
    { name: 'b', port: 81, protocol: 'HTTP', address: '0:0::1' },
    { protocol: 'HTTP', port: 80, address: '0.0.0.0', name: 'a' },
  ]
  const content = good(parseRoutes({ gateways: [{ listeners, services: 'routed', name: 'edge' }] }))
  expect(content.entries[0]?.body).toBe(
    '{"namespace":"default","name":"edge","listeners":[{"name":"a","port":80,"protocol":"HTTP"},' +
      '{"name":"b","address":"::1","port":81,"protocol":"HTTP"}]}',
  )
})

test('a gateway that serves all services says so', () => {
  const listeners = [{ name: 'a', port: 80, protocol: 'HTTP' }]
  const content = good(
    parseRoutes({ gateways: [{ namespace: 'team', name: 'edge', services: 'all', listeners }] }),
  )
  expect(bodies(content)).toEqual({
    'Gateway/team/edge': { namespace: 'team', name: 'edge', services: 'all', listeners },
  })
})

test('gateways and hostnames of a route are sets', () => {
  expect(
    storedRoute({ gateways: ['team/edge', 'default/b', 'a', 'b'], hostnames: ['b.com', 'a.com', 'b.com'] }),
  ).toEqual({
    namespace: 'default',
    name: 'r',
    kind: 'HTTPRoute',
    gateways: ['a', 'b', 'team/edge'],
    hostnames: ['a.com', 'b.com'],
    rules: [{}],
  })
})

describe('matches that say nothing are left out', () => {
  test.each<[object[]]>([
    [[]],
    [[{}]],
    [[{ path: {} }]],
    [[{ path: { type: 'PathPrefix', value: '/' }, headers: [], queryParams: [] }]],
  ])('%j', matches => {
    expect(storedMatches(...matches)).toMatchObject({ rules: [{}] })
    expect(storedMatches(...matches)).not.toHaveProperty('rules.0.matches')
  })
})

test('a match of everything beside another one is kept', () => {
  expect(storedMatches({}, { method: 'GET' })).toMatchObject({
    rules: [{ matches: [{}, { method: 'GET' }] }],
  })
})

test('types of matches are left out where they are the default, names of headers are in lower case', () => {
  const match = {
    path: { type: 'PathPrefix', value: '/a/' },
    headers: [
      { name: 'X-B', type: 'Exact', value: 'B' },
      { name: 'X-A', type: 'RegularExpression', value: 'A.*' },
    ],
    queryParams: [
      { name: 'b', value: '1' },
      { name: 'B', value: '2' },
    ],
  }
  expect(storedMatches(match)).toMatchObject({
    rules: [
      {
        matches: [
          {
            path: { value: '/a/' },
            headers: [
              { name: 'x-a', type: 'RegularExpression', value: 'A.*' },
              { name: 'x-b', value: 'B' },
            ],
            queryParams: [
              { name: 'B', value: '2' },
              { name: 'b', value: '1' },
            ],
          },
        ],
      },
    ],
  })
})

test('rules and what stands in them keep their order, and lose only defaults', () => {
  const rules = [
    {
      name: 'b',
      matches: [{ path: { type: 'Exact', value: '/b' } }, { path: { type: 'Exact', value: '/a' } }],
      filters: [
        {
          type: 'RequestHeaderModifier',
          requestHeaderModifier: { set: [{ name: 'X', value: 'y' }], remove: [] },
        },
      ],
      backendRefs: [
        { name: 'b', port: 2, weight: 1 },
        { namespace: 'team', name: 'a', port: 1, weight: 0 },
      ],
      timeouts: {},
    },
    { name: 'a', timeouts: { request: '1s' }, filters: [], backendRefs: [] },
  ]
  expect(storedRoute({ rules, hostnames: [] })).toEqual({
    namespace: 'default',
    name: 'r',
    kind: 'HTTPRoute',
    gateways: ['edge'],
    rules: [
      {
        name: 'b',
        matches: [{ path: { type: 'Exact', value: '/b' } }, { path: { type: 'Exact', value: '/a' } }],
        filters: [
          { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'X', value: 'y' }] } },
        ],
        backendRefs: [
          { namespace: 'default', name: 'b', port: 2 },
          { namespace: 'team', name: 'a', port: 1, weight: 0 },
        ],
      },
      { name: 'a', timeouts: { request: '1s' } },
    ],
  })
})
