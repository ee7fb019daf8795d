import { expect, test } from 'vitest'
import { refusedPointers } from './refused-pointers.ts'

const route = (fields: object) => ({
  routes: [{ name: 'r', kind: 'HTTPRoute', gateways: ['edge'], rules: [{}], ...fields }],
})
const rule = (fields: object) => route({ rules: [fields] })
const match = (fields: object) => rule({ matches: [fields] })
const path = (type: string, value: string) => match({ path: { type, value } })
const modifier = (requestHeaderModifier: object) =>
  rule({ filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier }] })
const backend = (fields: object) => rule({ backendRefs: [{ name: 'a', port: 80, ...fields }] })

const R = '/routes/0/rules/0'
const M = `${R}/matches/0`
const F = `${R}/filters/0/requestHeaderModifier`
const B = `${R}/backendRefs/0`

test.each<[string, unknown, string[]]>([
  ['an unknown field', { services: [] }, ['/services']],
  ['gateways that are no list', { gateways: { name: 'edge' } }, ['/gateways']],

  ['a route that is a string', { routes: ['r'] }, ['/routes/0']],
  ['a route without anything', { routes: [{}] }, ['/routes/0/kind']],
  ['a TCPRoute', route({ kind: 'TCPRoute' }), ['/routes/0/kind']],
  ['an unknown kind of route', route({ kind: 'Ingress' }), ['/routes/0/kind']],
  [
    'a route twice',
    { routes: [...route({}).routes, ...route({ namespace: 'default' }).routes] },
    ['/routes/1'],
  ],
  ['a route without gateways', route({ gateways: undefined }), ['/routes/0/gateways']],
  ['a route with no gateways', route({ gateways: [] }), ['/routes/0/gateways']],
  [
    'gateways that are no names',
    route({ gateways: ['', 'a/b/c', '/edge', 'team/', 'Edge', 'team.x/edge'] }),
    [0, 1, 2, 3, 4, 5].map(i => `/routes/0/gateways/${i}`),
  ],
  [
    'gateways as objects that say too little, too much or nonsense',
    route({ gateways: [{}, { name: 'edge', kind: 'Gateway' }, { name: 'edge', port: 0 }, 7] }),
    ['0/name', '1/kind', '2/port', '3'].map(place => `/routes/0/gateways/${place}`),
  ],
  ['no rules and nothing refused', route({ rules: [] }), ['/routes/0/rules']],
  [
    'rules beside what was refused',
    route({ refused: [{ pointer: '/spec', detail: 'is bad' }] }),
    ['/routes/0/rules'],
  ],
  [
    'hostnames that are none',
    route({ hostnames: ['A.com', '*', 'a.*.com', '10.0.0.1', 'a.com:80', '*a.com', '', 'a..b'] }),
    [0, 1, 2, 3, 4, 5, 6, 7].map(i => `/routes/0/hostnames/${i}`),
  ],
  [
    '17 hostnames',
    route({ hostnames: Array.from({ length: 17 }, (_, i) => `h${i}.com`) }),
    ['/routes/0/hostnames'],
  ],
  ['no rules', route({ rules: [] }), ['/routes/0/rules']],
  ['17 rules', route({ rules: Array.from({ length: 17 }, () => ({})) }), ['/routes/0/rules']],
  [
    '129 matches together',
    route({ rules: [64, 64, 1].map(length => ({ matches: Array.from({ length }, () => ({})) })) }),
    ['/routes/0/rules'],
  ],
  [
    'a rule name twice',
    route({ rules: [{ name: 'a' }, { name: 'b' }, { name: 'a' }] }),
    ['/routes/0/rules/2/name'],
  ],
  [
    'persistent sessions, which are still to come',
    rule({ sessionPersistence: {} }),
    [`${R}/sessionPersistence`],
  ],
  [
    'retries out of range',
    rule({ retry: { attempts: -1, codes: [200, 600], backoff: '1' } }),
    [`${R}/retry/attempts`, `${R}/retry/backoff`, `${R}/retry/codes/0`, `${R}/retry/codes/1`],
  ],
  ['an unknown field of a rule', rule({ backends: [] }), [`${R}/backends`]],

  ['a path that does not begin with a slash', path('PathPrefix', 'a'), [`${M}/path/value`]],
  ['an empty path', path('Exact', ''), [`${M}/path/value`]],
  ['a path with //', path('PathPrefix', '/a//b'), [`${M}/path/value`]],
  ['a path with /./', path('PathPrefix', '/a/./b'), [`${M}/path/value`]],
  ['a path with /../', path('Exact', '/a/../b'), [`${M}/path/value`]],
  ['a path with %2F', path('Exact', '/a%2Fb'), [`${M}/path/value`]],
  ['a path with a fragment', path('Exact', '/a#b'), [`${M}/path/value`]],
  ['a path that ends with /..', path('PathPrefix', '/a/..'), [`${M}/path/value`]],
  ['a path with a question mark', path('Exact', '/a?b=c'), [`${M}/path/value`]],
  ['a path with a half percent encoding', path('Exact', '/a%2'), [`${M}/path/value`]],
  ['a path of 1025 characters', path('Exact', `/${'a'.repeat(1024)}`), [`${M}/path/value`]],
  ['an unknown type of path', path('Prefix', '/a'), [`${M}/path/type`]],
  ['an exact path without a value', match({ path: { type: 'Exact' } }), [`${M}/path/value`]],
  ['a look-ahead', path('RegularExpression', '/(?=a)'), [`${M}/path/value`]],
  ['a back-reference', path('RegularExpression', '/(a)\\1'), [`${M}/path/value`]],
  ['an open bracket', path('RegularExpression', '/[a'), [`${M}/path/value`]],
  ['a property of Unicode 16', path('RegularExpression', '/\\p{Garay}'), [`${M}/path/value`]],
  ['a property that is no script', path('RegularExpression', '/[^\\p{^Emoji}]'), [`${M}/path/value`]],
  ['a category of unassigned characters', path('RegularExpression', '/\\P{Cn}'), [`${M}/path/value`]],
  ['a character that is no byte', path('RegularExpression', '/[a-\\x{100}]'), [`${M}/path/value`]],
  ['an octal code that is no byte', path('RegularExpression', '/\\400'), [`${M}/path/value`]],
  ['repetitions of repetitions', path('RegularExpression', '/((a{100}){100}){100}'), [`${M}/path/value`]],
  [
    'a repetition that makes a short expression long',
    path('RegularExpression', `/(?:[a-z]${'x'.repeat(20)}){50}`),
    [`${M}/path/value`],
  ],
  [
    'an expression of more than 1 KiB of bytes',
    path('RegularExpression', `/${'é'.repeat(512)}`),
    [`${M}/path/value`],
  ],
  [
    '65 expressions',
    rule({
      matches: Array.from({ length: 13 }, () => ({
        headers: [0, 1, 2, 3, 4].map(i => ({ name: `h${i}`, type: 'RegularExpression', value: 'a' })),
      })),
    }),
    ['/routes/0/rules'],
  ],
  ['CONNECT', match({ method: 'CONNECT' }), [`${M}/method`]],
  ['a method in lower case', match({ method: 'get' }), [`${M}/method`]],
  ['a header without a value', match({ headers: [{ name: 'a' }] }), [`${M}/headers/0/value`]],
  ['a pseudo-header', match({ headers: [{ name: ':path', value: 'a' }] }), [`${M}/headers/0/name`]],
  [
    'a header with a line break',
    match({ headers: [{ name: 'a', value: 'a\r\nb' }] }),
    [`${M}/headers/0/value`],
  ],
  [
    'a header twice, whatever its case',
    match({
      headers: [
        { name: 'X-A', value: 'a' },
        { name: 'x-a', value: 'b' },
      ],
    }),
    [`${M}/headers/1/name`],
  ],
  [
    'a query parameter twice',
    match({
      queryParams: [
        { name: 'a', value: 'a' },
        { name: 'a', value: 'b' },
      ],
    }),
    [`${M}/queryParams/1/name`],
  ],
  [
    '17 headers',
    match({ headers: Array.from({ length: 17 }, (_, i) => ({ name: `h${i}`, value: 'a' })) }),
    [`${M}/headers`],
  ],
  [
    'a bad expression for a parameter',
    match({ queryParams: [{ name: 'a', type: 'RegularExpression', value: '*' }] }),
    [`${M}/queryParams/0/value`],
  ],

  ['a filter without a type', rule({ filters: [{}] }), [`${R}/filters/0/type`]],
  [
    'filters that are still to come',
    rule({ filters: [{ type: 'ExternalAuth' }, { type: 'ExtensionRef' }] }),
    [0, 1].map(i => `${R}/filters/${i}/type`),
  ],
  ['a filter without its settings', rule({ filters: [{ type: 'RequestHeaderModifier' }] }), [F]],
  [
    'two header modifiers in one rule',
    rule({ filters: [1, 2].map(() => ({ type: 'RequestHeaderModifier', requestHeaderModifier: {} })) }),
    [`${R}/filters/1/type`],
  ],
  ['Host set', modifier({ set: [{ name: 'HOST', value: 'a' }] }), [`${F}/set/0/name`]],
  ['Host removed', modifier({ remove: ['host'] }), [`${F}/remove/0`]],
  ['a pseudo-header added', modifier({ add: [{ name: ':authority', value: 'a' }] }), [`${F}/add/0/name`]],
  ['a header removed twice', modifier({ remove: ['a', 'A'] }), [`${F}/remove/1`]],
  [
    'a header set twice',
    modifier({
      set: [
        { name: 'a', value: '1' },
        { name: 'A', value: '2' },
      ],
    }),
    [`${F}/set/1/name`],
  ],
  [
    'a header value with a control character',
    modifier({ set: [{ name: 'a', value: 'a\u0000' }] }),
    [`${F}/set/0/value`],
  ],

  ['a backend without a port', backend({ port: undefined }), [`${B}/port`]],
  ['a backend weight of a million and one', backend({ weight: 1_000_001 }), [`${B}/weight`]],
  ['a backend weight of -1', backend({ weight: -1 }), [`${B}/weight`]],
  ['a backend service with a dot in its name', backend({ name: 'a.b' }), [`${B}/name`]],
  ['a backend name with a slash', backend({ name: 'default/a' }), [`${B}/name`]],
  [
    'an attempt that may take longer than the request',
    rule({ timeouts: { request: '1s', backendRequest: '1001ms' } }),
    [`${R}/timeouts/backendRequest`],
  ],
  ['a timeout of five units', rule({ timeouts: { request: '1h1m1s1ms1ms' } }), [`${R}/timeouts/request`]],
  ['an unknown timeout', rule({ timeouts: { idle: '1s' } }), [`${R}/timeouts/idle`]],
])('routes with %s are refused', (_title, routes, pointers) => {
  expect(refusedPointers(routes)).toEqual(pointers)
})

test.each<[string, unknown]>([
  ['a rule without a limit of time', rule({ timeouts: { request: '0s', backendRequest: '5s' } })],
  ['128 matches', route({ rules: [1, 2].map(() => ({ matches: Array.from({ length: 64 }, () => ({})) })) })],
  [
    'an expression of several UUIDs',
    path('RegularExpression', `(?:/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}){8}`),
  ],
  [
    'properties and codes that Envoy knows',
    path('RegularExpression', String.raw`/\pL\p{Lu}\P{^Nag_Mundari}\x{FF}\377\\p{a}\Q\p{Emoji}\x{100}\E`),
  ],
  ['an expression as RE2 has it', path('RegularExpression', '/users/(?P<id>[0-9]+)(?i:/x)?')],
  [
    'query parameters that differ by case',
    match({ queryParams: ['a', 'A'].map(name => ({ name, value: 'a' })) }),
  ],
  ['a gateway as an object', route({ gateways: ['edge', { name: 'edge', sectionName: 'http', port: 80 }] })],
  [
    'a backend that is no service',
    backend({ group: 'multicluster.x-k8s.io', kind: 'ServiceImport', port: undefined }),
  ],
  [
    'what was refused in place of rules',
    route({ rules: undefined, refused: [{ pointer: '/spec', detail: 'is bad' }] }),
  ],
  ['wildcard hostnames', route({ hostnames: ['*.example.com', 'example.com'] })],
  ['a backend named twice', rule({ backendRefs: [1, 2].map(() => ({ name: 'a', port: 80 })) })],
  ['a tab in a header value', modifier({ set: [{ name: 'a', value: 'a\tb' }] })],
  ['nothing in it', {}],
])('routes with %s are good', (_title, routes) => {
  expect(refusedPointers(routes)).toEqual([])
})
