import { afterEach, beforeEach, expect, test } from 'vitest'
import { services, TOPOLOGY } from '../rest/scenario.ts'
import { type CliBed, openCliBed } from './cli-bed.ts'

let bed: CliBed

beforeEach(async () => {
  bed = await openCliBed()
})
afterEach(async () => {
  await bed.close()
})

function explain(...args: readonly string[]) {
  return bed.vicinity('explain', ...args)
}

function push(topology: unknown) {
  return bed.call('PUT', '/v1/sources/east/topology', topology)
}

test('explain shows who is used from a zone and why, now and as it was', async () => {
  await push(TOPOLOGY)
  await push(services('backend'))
  const old = await explain('backend', '--zone', 'zone-a', '--revision', '1')
  expect(old).toMatchObject({ code: 0, stderr: '' })
  expect(old.stdout.split('\n')).toEqual([
    'service    default/backend port 3000, revision 1',
    'seen from  r1/zone-a',
    'mode       PreferSameZone: trafficDistribution PreferSameZone of source east, revision 1',
    'endpoints  2 of source east, revision 1',
    '',
    '  ENDPOINT  ADDRESS         ZONE    NODE    SHARE',
    "priority 0, chosen: in the proxy's zone",
    '  local     127.0.0.1:9001  zone-a  node-1  100 %',
    'priority 1, standby: same region, other zone',
    '  nonlocal  127.0.0.1:9002  zone-b  node-2  -',
    '',
    'expected share: zone-a 100 %',
    '',
  ])
  const now = await explain('default/backend', '--zone', 'zone-a')
  expect(now.stdout).toContain('mode       ClusterWide: no trafficDistribution of source east, revision 2\n')
})

test("explain --json is the server's answer, seen from where all the flags say", async () => {
  await push(TOPOLOGY)
  const place = [
    '--region',
    'r2',
    '--zone',
    'zone-a',
    '--subzone',
    'rack-1',
    '--node',
    'n',
    '--source',
    'east',
  ]
  const { stdout } = await explain('backend', '--json', '--port', '3000', ...place)
  const query = 'port=3000&region=r2&zone=zone-a&subZone=rack-1&node=n&source=east'
  const { body } = await bed.call('GET', `/v1/services/default/backend/assignment?${query}`)
  expect(JSON.parse(stdout)).toEqual(body)
  const viewpoint = { region: 'r2', zone: 'zone-a', subZone: 'rack-1', node: 'n', source: 'east' }
  expect(body).toMatchObject({ viewpoint })
})

test('of many endpoints explain lists 20, and all of them where all are asked for', async () => {
  const endpoints = Array.from({ length: 30 }, (_, index) => ({ address: `10.0.0.${index + 1}`, port: 80 }))
  await push({ services: [{ name: 'large', endpoints }] })
  expect((await explain('large')).stdout).toContain('\n  … and 10 more, 33.3 % together (--all lists them)\n')
  const all = await explain('large', '--all')
  expect(all.stdout.match(/ 3\.3 %$/gm)).toHaveLength(30)
})

test('what is no name of a service is a wrong argument', async () => {
  expect(await explain('/backend')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'vicinity: service: "/backend" is not namespace/name, such as default/web\n',
  })
})

test.each([
  [['team/nobody'], '404 Not Found: there is no service team/nobody at revision 1\n'],
  [['two'], '400 Bad Request: service default/two has the ports 80, 81\n  /port: is needed: one of 80, 81\n'],
  [['two', '--port', '82'], '404 Not Found: service default/two has the ports 80, 81, and no port 82\n'],
  [
    ['two', '--port', '0'],
    '400 Bad Request: the path or its query cannot be understood\n' +
      '  /port: must be a whole number from 1 to 65535\n',
  ],
  [['two', '--revision', '9'], '404 Not Found: revision 9 is yet to come: the newest is 1\n'],
])('what cannot be answered is refused with what to do: %j', async (args, said) => {
  const ports = [
    { name: 'http', port: 80 },
    { name: 'admin', port: 81 },
  ]
  await push({ services: [{ name: 'two', ports, endpoints: [] }] })
  expect(await explain(...args)).toEqual({ code: 3, stdout: '', stderr: `vicinity: ${said}` })
})

test('a revision that retention has taken is told with the oldest that is left', async () => {
  await push(TOPOLOGY)
  await push(services('backend'))
  await bed.store.retain({ topology: 0, routes: 0 })
  const { code, stderr } = await explain('backend', '--revision', '1')
  expect(code).toBe(3)
  expect(stderr).toBe(
    'vicinity: 410 Gone: revision 1 is past retention; history is kept from revision 2 on\n',
  )
})
