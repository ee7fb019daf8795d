import { expect, test } from 'vitest'
import { parseRoutes } from '../../src/model/parse-routes.ts'
import { refusedPointers } from './refused-pointers.ts'

const HTTP = { name: 'http', port: 80, protocol: 'HTTP' }
const gateway = (fields: object) => ({ gateways: [{ name: 'edge', listeners: [HTTP], ...fields }] })
const listeners = (...list: object[]) =>
  gateway({
    listeners: list.map((fields, i) => ({ name: `l${i}`, port: 80 + i, protocol: 'HTTP', ...fields })),
  })

const L = '/gateways/0/listeners'

test.each<[string, unknown, string[]]>([
  ['a gateway without listeners', { gateways: [{ name: 'edge' }] }, [L]],
  ['a gateway with no listeners', gateway({ listeners: [] }), [L]],
  ['a gateway with 65 listeners', listeners(...Array.from({ length: 65 }, () => ({}))), [L]],
  ['a gateway twice', { gateways: [1, 2].map(() => ({ name: 'edge', listeners: [HTTP] })) }, ['/gateways/1']],
  ['a gateway name with an underscore', gateway({ name: 'my_edge' }), ['/gateways/0/name']],
  ['unknown services of a gateway', gateway({ services: 'some' }), ['/gateways/0/services']],
  ['a gateway class', gateway({ gatewayClassName: 'envoy' }), ['/gateways/0/gatewayClassName']],
  ['TLS of a gateway', gateway({ tls: {} }), ['/gateways/0/tls']],
  ['a listener without a port', gateway({ listeners: [{ name: 'a', protocol: 'HTTP' }] }), [`${L}/0/port`]],
  ['a listener without a protocol', gateway({ listeners: [{ name: 'a', port: 1 }] }), [`${L}/0/protocol`]],
  ['a listener for HTTPS', listeners({ protocol: 'HTTPS' }), [`${L}/0/protocol`]],
  ['a listener for http in lower case', listeners({ protocol: 'http' }), [`${L}/0/protocol`]],
  ['a listener on a hostname', listeners({ address: 'localhost' }), [`${L}/0/address`]],
  ['settings of listeners that are still to come', listeners({ tls: {} }), [`${L}/0/tls`]],
  ['a listener hostname that is none', listeners({ hostname: 'a.*.com' }), [`${L}/0/hostname`]],
  [
    'namespaces by selector without one, and one without need',
    listeners(
      { allowedRoutes: { namespaces: { from: 'Selector' } } },
      { allowedRoutes: { namespaces: { from: 'Same', selector: {} } } },
      { allowedRoutes: { namespaces: { from: 'None' } } },
    ),
    [
      `${L}/0/allowedRoutes/namespaces/selector`,
      `${L}/1/allowedRoutes/namespaces/selector`,
      `${L}/2/allowedRoutes/namespaces/from`,
    ],
  ],
  [
    'selectors that cannot select',
    listeners({
      allowedRoutes: {
        namespaces: {
          from: 'Selector',
          selector: {
            matchLabels: { 'a b': 'c', d: '-' },
            matchExpressions: [
              { key: 'a', operator: 'In' },
              { key: 'a', operator: 'Exists', values: ['b'] },
              { key: 'a', operator: 'Equals' },
            ],
          },
        },
      },
    }),
    [
      'matchExpressions/0/values',
      'matchExpressions/1/values',
      'matchExpressions/2/operator',
      'matchLabels/a b',
      'matchLabels/d',
    ].map(place => `${L}/0/allowedRoutes/namespaces/selector/${place}`),
  ],
  ['a listener name twice', listeners({ name: 'a' }, { name: 'a' }), [`${L}/1/name`]],
  ['two listeners alike', listeners({ port: 80 }, { port: 80 }), [`${L}/1/hostname`]],
  [
    'two listeners of one hostname',
    listeners({ port: 80, hostname: '*.a.com' }, { port: 80, hostname: '*.a.com', address: '0.0.0.0' }),
    [`${L}/1/hostname`],
  ],
  [
    'listeners on 0.0.0.0 and an address, on one port',
    listeners({ port: 80, address: '10.0.0.1' }, { port: 80 }),
    [`${L}/1/port`],
  ],
  [
    'listeners on :: and an address, on one port',
    listeners({ port: 80, address: '0:0::' }, { port: 80, address: '2001:db8::1' }),
    [`${L}/1/port`],
  ],
])('routes with %s are refused', (_title, routes, pointers) => {
  expect(refusedPointers(routes)).toEqual(pointers)
})

test('a refusal of what is still to come names it and says so', () => {
  expect(parseRoutes(gateway({ tls: {} }))).toEqual({
    ok: false,
    problems: [{ pointer: '/gateways/0/tls', detail: 'is not supported yet: tls' }],
  })
})

test.each<[string, unknown]>([
  ['listeners of both families on one port', listeners({ port: 80 }, { port: 80, address: '::' })],
  [
    'listeners of two addresses on one port',
    listeners({ port: 80, address: '10.0.0.1' }, { port: 80, address: '10.0.0.2' }),
  ],
  [
    'listeners on one port that differ by hostname',
    listeners({ port: 80 }, { port: 80, hostname: '*.a.com' }, { port: 80, hostname: 'a.com' }),
  ],
])('routes with %s are good', (_title, routes) => {
  expect(refusedPointers(routes)).toEqual([])
})
