import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CliBed, openCliBed } from './cli-bed.ts'

let bed: CliBed
let folder: string

beforeAll(async () => {
  bed = await openCliBed()
  folder = await mkdtemp(join(tmpdir(), 'vicinity-simulate-'))
  await bed.call('PUT', '/v1/sources/east/topology', TOPOLOGY)
})
afterAll(async () => {
  await bed.close()
  await rm(folder, { recursive: true, force: true })
})

const endpoint = (name: string, host: number) => ({
  name,
  address: `10.0.0.${host}`,
  port: 8080,
  zone: `zone-${name.split('-')[1]}`,
})
const TOPOLOGY = {
  zones: ['zone-a', 'zone-b'].map(zone => ({ zone, region: 'r1' })),
  services: [
    {
      name: 'web',
      trafficDistribution: 'PreferSameZone',
      healthCheck: { passive: {} },
      ports: [{ port: 80 }],
      endpoints: [endpoint('web-a', 1), endpoint('web-b', 2)],
    },
    { name: 'api', ports: [{ port: 80 }], endpoints: [endpoint('api-a', 3)] },
    {
      name: 'far',
      trafficDistribution: 'PreferSameZone',
      ports: [{ port: 80 }],
      endpoints: [endpoint('far-b', 4)],
    },
  ],
}

const simulate = (...args: readonly string[]) => bed.vicinity('simulate', ...args)
const columns = (text: string) => text.split('\n').map(line => line.replaceAll(/ {2,}/g, ' | '))

test('simulate says at a glance what changes, those services first that change most', async () => {
  const { code, stdout } = await simulate('--lose-zone', 'zone-a', '--limit', '2')
  expect(code).toBe(0)
  expect(columns(stdout)).toEqual([
    'in zone 100% → 75% of the requests to 3 service ports at revision 1',
    'demand of the zones before: taken to be equal, for no proxy is connected',
    '',
    'SERVICE | MODE | IN ZONE | BUSIEST',
    'default/web | PreferSameZone | 100% → 50% | web-a 1 → web-b 2',
    'default/api | ClusterWide | 100% | api-a 1',
    ' | unservable from r1/zone-a',
    ' | panic: requests from r1/zone-a go to endpoints that fail, too',
    ' | no health check finds the 1 that fail: only retries get past them until they are taken away',
    '… and 1 more, which change no more than these',
    '',
  ])
})

test('simulate shows one service zone by zone', async () => {
  const { stdout } = await simulate('web', '--lose-endpoint', 'web/web-a', '--demand', 'zone-b=3')
  expect(columns(stdout)).toEqual([
    'in zone 100% → 75% of the requests to 1 service port at revision 1',
    'demand of the zones before: taken to be equal, for no proxy is connected',
    '',
    'default/web port 80, PreferSameZone: busiest web-a 1 → web-b 4',
    'FROM \\ TO | ASKS | r1/zone-a | r1/zone-b',
    'r1/zone-a | 50% → 25% | 100% → 0% | 0% → 100%',
    'r1/zone-b | 50% → 75% | 0% | 100%',
    '',
  ])
})

test('simulate shows what becomes of a balanced service when demand grows, and a zone is drained', async () => {
  const file = join(folder, 'balanced.yaml')
  await writeFile(file, 'services: [{name: web, locality: {mode: Balanced}}]')
  const { stdout } = await simulate('web', '--file', file, '--demand', 'zone-a=3')
  expect(columns(stdout).slice(3)).toEqual([
    'default/web port 80, Balanced: busiest web-a 1 → web-a 2.2',
    'FROM \\ TO | ASKS | r1/zone-a | r1/zone-b',
    'r1/zone-a | 50% → 75% | 100% → 73.3% | 0% → 26.7%',
    'r1/zone-b | 50% → 25% | 0% | 100%',
    '',
  ])
  const drained = await simulate('web', '--file', file, '--drain', 'zone-a')
  expect(columns(drained.stdout)).toContain('r1/zone-a | 50% | 100% → 0% | 0% → 100%')
})

test('simulate takes changes from a file, and puts what the flags say to them', async () => {
  const file = join(folder, 'changes.yaml')
  const changes = ['services:', '- name: web', '  trafficDistribution: null', 'lose: {zones: [zone-a]}']
  await writeFile(file, changes.join('\n'))
  const { stdout } = await simulate('--file', file, '--lose-source', 'east', '--revision', '1', '--json')
  const { revision, items } = JSON.parse(stdout)
  expect(revision).toBe(1)
  expect(items.map((one: { after: { zones: unknown } }) => one.after.zones)).toEqual([[], [], []])
  const alone = JSON.parse((await simulate('web', '--file', file, '--json')).stdout)
  expect(alone.items[0]).toMatchObject({ mode: 'ClusterWide', lost: 1 })
})

test('simulate says what is wrong with what it was asked', async () => {
  expect((await simulate('--demand', 'zone-b')).code).toBe(2)
  expect((await simulate('--lose-endpoint', 'web-a')).stderr).toContain('such as web/web-1')
  expect((await simulate('--revision', 'now')).code).toBe(2)
  const orders = ['--drain', 'zone-q', '--undrain', 'zone-q', '--silent', 'north']
  const { code, stderr } = await simulate('gone', '--lose-zone', 'zone-q', ...orders)
  expect(code).toBe(3)
  for (const field of ['drain', 'undrain', 'silent']) expect(stderr).toContain(`/${field}/0: is `)
  expect(stderr).toContain('/lose/zones/0: is a zone that no source declares')
  expect(stderr).toContain('/service: is no service that a source has: default/gone')
})
