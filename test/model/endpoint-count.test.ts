import { expect, test } from 'vitest'
import { endpointCount } from '../../src/model/endpoint-count.ts'
import { parseTopology } from '../../src/model/parse-topology.ts'

test.each([
  ['none', []],
  ['one', [{ address: '10.0.0.1', port: 80 }]],
  ['of two families', [{ address: '10.0.0.1', additionalAddresses: ['fd00::1', 'fd00::2'], port: 80 }]],
  [
    'named as their bodies are written',
    [{ name: '{"address":"10.0.0.9","address":"', address: '10.0.0.1', port: 80 }],
  ],
  ['of one port', [1, 2, 3].map(n => ({ address: `10.0.0.${n}`, port: 80 }))],
])('endpoints %s are counted as they are parsed', (_, endpoints) => {
  expect(countedOf({ name: 'web', endpoints })).toBe(endpoints.length)
})

test('a port that is called address is none', () => {
  const ports = [
    { name: 'address', port: 80 },
    { name: 'other', port: 81 },
  ]
  const endpoints = [{ address: '10.0.0.1', ports: { address: 8080, other: 8081 } }]
  expect(countedOf({ name: 'web', ports, endpoints })).toBe(1)
})

function countedOf(service: object): number {
  const parsed = parseTopology({ services: [service] })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const [list] = parsed.value.entries.filter(one => one.kind === 'Endpoints')
  return endpointCount(list?.body ?? '')
}
