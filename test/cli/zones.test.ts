import { afterAll, beforeAll, expect, test } from 'vitest'
import { proxyStatus } from '../rest/rest-testbed.ts'
import { services, TOPOLOGY } from '../rest/scenario.ts'
import { type CliBed, openCliBed } from './cli-bed.ts'

let bed: CliBed

beforeAll(async () => {
  bed = await openCliBed()
  const { zones, services: known } = TOPOLOGY
  const capacities = zones.map(zone => ({ ...zone, capacity: 16 }))
  await bed.call('PUT', '/v1/sources/east/topology', {
    zones: capacities,
    services: [...known, ...services('nowhere').services],
  })
  await bed.call('POST', '/v1/zones/zone-b/drain', { reason: 'new switches' })
  bed.proxies.all = [proxyStatus('1')]
})
afterAll(async () => {
  await bed.close()
})

/** What the command prints. */
async function printed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await bed.vicinity('zones', ...args)
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}

async function zones(...args: readonly string[]): Promise<string[]> {
  return (await printed(...args)).split('\n').map(line => line.replaceAll(/ {2,}/g, ' | '))
}

test('zones shows all zones at a glance, those that are drained, and the share over all', async () => {
  expect(await zones()).toEqual([
    'ZONE | PROXIES | DEMAND | ENDPOINTS | CPUS | IN ZONE',
    'r1/zone-a | 1 | 1 | 1 | 16 | 50%',
    'r1/zone-b | 0 | 0 | 1 | 16 | 0% | drained (new switches)',
    'in zone over all: 50%',
    '',
  ])
})

test('zones of one service shows its share alone', async () => {
  const lines = await zones('--service', 'backend')
  expect(lines[1]).toBe('r1/zone-a | 1 | 1 | 1 | 16 | 100%')
  expect(lines.at(-2)).toBe('in zone over all: 100%')
})

test('zones of one zone lists its services, the worst first', async () => {
  expect(await zones('r1/zone-a')).toEqual(await zones('zone-a'))
  expect(await zones('zone-a')).toEqual([
    'requests from zone r1/zone-a at revision 2',
    'SERVICE | PORT | MODE | ENDPOINTS | IN ZONE',
    'default/nowhere | 80 | ClusterWide | 0 | 0%',
    'default/backend | 3000 | PreferSameZone | 1 | 100%',
    '',
  ])
  expect((await zones('zone-a', '--limit', '1')).at(-2)).toBe('… and 1 more; --limit shows them')
})

test('zones can be read by scripts', async () => {
  const answer = JSON.parse(await printed('--json'))
  expect(answer).toMatchObject({ inZoneShare: 0.5, items: [{ zone: 'zone-a' }, { zone: 'zone-b' }] })
})
