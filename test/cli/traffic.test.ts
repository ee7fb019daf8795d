import { afterAll, beforeAll, expect, test } from 'vitest'
import { TOPOLOGY } from '../rest/scenario.ts'
import { type CliBed, openCliBed } from './cli-bed.ts'

const AT = Date.parse('2026-01-01T12:00:00Z')
const TIME = ['--from', '2026-01-01T12:00:00Z', '--to', '2026-01-01T14:00:00Z']
let bed: CliBed

beforeAll(async () => {
  bed = await openCliBed()
  const services = TOPOLOGY.services.map(one => ({ ...one, bytesPerRequest: 2_000_000 }))
  await bed.call('PUT', '/v1/sources/east/topology', { ...TOPOLOGY, services })
  bed.traffic.prices = { zone: 0.01, region: 0.02, pairs: new Map() }
  const cell = { minute: AT, service: 'default/backend', errors: 0 }
  await bed.store.traffic.add({
    writer: 'test',
    number: 1,
    cells: [
      { ...cell, from: 'r1/zone-a', to: 'r1/zone-a', requests: 750, errors: 3 },
      { ...cell, from: 'r1/zone-a', to: 'r1/zone-b', requests: 250 },
      { ...cell, from: '', to: 'r1/zone-b', requests: 10 },
      { ...cell, service: 'default/other-one', from: 'r1/zone-b', to: 'r1/zone-b', requests: 1_000 },
    ],
  })
})
afterAll(() => bed.close())

async function traffic(...args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await bed.vicinity('traffic', ...args)
  expect([code, stderr]).toEqual([0, ''])
  return stdout.split('\n').map(line => line.replaceAll(/ {2,}/g, ' | '))
}

test('traffic shows who sends how much where, how much of it stays, and what the rest comes to', async () => {
  expect(await traffic(...TIME)).toEqual([
    '2010 requests, 3 failed from 2026-01-01T12:00:00.000Z to 2026-01-01T14:00:00.000Z, in zone: 87.5%',
    'estimate: 2.02 GB, between zones: 500 MB, cost: 0.005',
    '',
    'FROM \\ TO | r1/zone-a | r1/zone-b',
    'unknown | - | 10 (100%)',
    'r1/zone-a | 750 (75%) | 250 (25%)',
    'r1/zone-b | - | 1000 (100%)',
    '',
    'SERVICE | REQUESTS | FAILED | IN ZONE | BETWEEN ZONES | COST',
    'default/backend | 1010 | 3 | 75% | 500 MB | 0.005',
    'default/other-one | 1000 | 0 | 100% | - | -',
    '',
  ])
})

test('traffic of one service, step by step', async () => {
  expect((await traffic('backend', ...TIME, '--step', '1h')).slice(6)).toEqual([
    '',
    'AT | REQUESTS | FAILED | IN ZONE',
    '2026-01-01T12:00:00.000Z | 1010 | 3 | 75%',
    '2026-01-01T13:00:00.000Z | 0 | 0 | -',
    '',
  ])
})

test('traffic of a time without any says so, and that there are more services', async () => {
  expect(await traffic('--from', '-24h')).toEqual([
    expect.stringMatching(/^0 requests from .*, in zone: -$/),
    '',
  ])
  expect((await traffic(...TIME, '--limit', '1')).at(-2)).toBe('… and 1 more; --limit shows them')
})

test('traffic --json prints the answer as it is', async () => {
  const { stdout } = await bed.vicinity('traffic', ...TIME, '--json')
  expect(JSON.parse(stdout)).toMatchObject({ requests: 2010, step: '1h', items: [{ requests: 1010 }, {}] })
})

test('traffic of a revision shows what was predicted beside what was measured', async () => {
  const lines = await traffic('--revision', '1')
  expect(lines[0]).toMatch(/^revision 1 of /)
  expect(lines[1]).toMatch(/^measured: .* before, .* after$/)
  expect(lines.slice(2)).toEqual([
    '',
    'SERVICE | IN ZONE, PREDICTED | MEASURED | REQUESTS | MOVED',
    expect.stringMatching(/^default\/backend \| - → 100% \| - → - \| 0 → 0 \| /),
    '',
  ])
})

test.each([
  [['--window', '1h'], '--window needs the --revision'],
  [['--revision', '1', '--from', '-1h'], '--revision says the time by itself'],
])('traffic %s is not understood', async (args, words) => {
  const { code, stderr } = await bed.vicinity('traffic', ...args)
  expect(code).toBe(2)
  expect(stderr).toContain(words)
})
