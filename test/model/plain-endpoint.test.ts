import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPlainEndpoint } from '../../src/model/plain-endpoint.ts'
import { endpoint } from '../../src/model/topology.ts'

const text = fc.constantFrom(
  '',
  'a',
  'zone-a',
  'Zone_A.1',
  '-a',
  'a-',
  'node.b',
  'a/b',
  'ü',
  'a\n',
  'x'.repeat(64),
)
const value = fc.oneof(
  text,
  fc.constantFrom('10.0.0.1', '::1', 'fe80::1%eth0', 'example.com', '1'.repeat(9_000), 'x'.repeat(254)),
  fc.constantFrom(0, -0, 1, -1, 0.5, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 53),
  fc.constantFrom(true, false, null, {}, [], ['10.0.0.1']),
)
const fields = [...Object.keys(endpoint.shape), 'weights', 'Address', '0']
const item = fc.oneof(
  fc.dictionary(fc.constantFrom(...fields), value),
  fc.dictionary(fc.constantFrom(...fields), value).map(rest => ({ ...rest, address: '10.0.0.1', port: 80 })),
  value,
)

test('an endpoint that is valid at first sight is valid, and is what the schema makes of it', () => {
  fc.assert(
    fc.property(item, one => {
      if (!isPlainEndpoint(one)) return
      expect(endpoint.safeParse(one)).toEqual({ success: true, data: one })
    }),
    { numRuns: 5_000 },
  )
})

test.each([
  { address: '10.0.0.1', port: 80 },
  { address: '2001:db8::1', port: 65_535, zone: 'zone-a', region: 'r1', subZone: 'rack.1', node: 'node-1.b' },
  { address: '10.0.0.1', name: 'a pod', weight: 0, ready: false, serving: true, terminating: true },
])('what most endpoints look like is seen at first sight: %j', one => {
  expect(isPlainEndpoint(one)).toBe(true)
})

test.each([
  { address: '10.0.0.1', ready: null },
  { address: '10.0.0.1', ports: { http: 80 } },
  { address: '10.0.0.1', hints: { zones: ['a'] } },
])('what few endpoints have is left to the schema: %j', one => {
  expect(isPlainEndpoint(one)).toBe(false)
  expect(endpoint.safeParse(one).success).toBe(true)
})
