import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { services, TOPOLOGY } from '../rest/scenario.ts'
import { type CliBed, openCliBed } from './cli-bed.ts'

let bed: CliBed

beforeAll(async () => {
  bed = await openCliBed()
})
afterAll(async () => {
  await bed.close()
})
beforeEach(async () => {
  await bed.call('PUT', '/v1/sources/east/topology', TOPOLOGY)
  await bed.call('POST', '/v1/zones/zone-a/undrain')
})

function vicinity(...args: readonly string[]) {
  return bed.vicinity(...args)
}

test('drain empties a zone, and undrain takes it back', async () => {
  const drained = await vicinity('drain', 'zone-a', '--reason', 'power is cut at noon')
  const head = await bed.store.head()
  expect(drained).toEqual({ code: 0, stdout: `zone zone-a is drained: revision ${head}\n`, stderr: '' })
  const [drain] = (await bed.call('GET', `/v1/revisions/${head}/diff`)).body.items
  expect(drain).toMatchObject({ kind: 'Drain', after: { reason: 'power is cut at noon' } })
  expect((await vicinity('undrain', 'zone-a')).stdout).toBe(
    `zone zone-a is not drained: revision ${head + 1}\n`,
  )
})

test('undrain of a zone that is not drained says so', async () => {
  expect((await vicinity('undrain', 'zone-a')).stdout).toBe('zone zone-a is not drained: nothing changed\n')
})

test('a drain that leaves services nothing else warns of them, as one that is only tried does', async () => {
  const web = {
    ...services('web').services[0],
    endpoints: [{ address: '10.0.0.1', port: 80, zone: 'zone-a' }],
  }
  await bed.call('PATCH', '/v1/sources/east/topology', { upsert: { services: [web] } })
  const { code, stdout, stderr } = await vicinity('drain', 'zone-a', '--region', 'r1', '--dry-run')
  expect(code).toBe(0)
  expect(stdout).toBe('zone zone-a would be drained (dry run, nothing was stored)\n')
  expect(stderr).toBe(
    'warning: zone zone-a: 1 service has no usable endpoint outside of drained zones: ' +
      'those in zone r1/zone-a go on being used: default/web\n',
  )
})

test('a drain that waits fails with 5 where a proxy does not have it in time', async () => {
  const pending = [{ proxy: '1', node: 'edge-1' }]
  bed.proxies.convergence = { proxies: 2, acked: 1, nacked: [], pending }
  const { code, stdout, stderr } = await vicinity('drain', 'zone-a', '--wait', '7s')
  expect(code).toBe(5)
  expect(stdout).toContain('proxies: 2 concerned, 1 have it, 0 rejected it, 1 pending')
  expect(stderr).toBe('vicinity: edge-1 has not answered in time\n')
})

test('a zone that nobody knows is refused with 3', async () => {
  const { code, stderr } = await vicinity('drain', 'zone-z')
  expect(code).toBe(3)
  expect(stderr).toContain('there is no zone zone-z: ')
})
