import { describe, expect, test } from 'vitest'
import { demandEntry } from '../../src/model/control.ts'
import { viewpoint } from '../support/candidate.ts'
import { openTestbed, proxyStatus, type RestTestbed } from './rest-testbed.ts'

const endpoint = (zone: string, fields: object = {}) => ({ address: '10.0.0.1', port: 80, zone, ...fields })
const service = (name: string, endpoints: readonly object[], settings: object = {}) => ({
  name,
  ports: [{ port: 80 }],
  endpoints: endpoints.map((one, index) => ({
    ...one,
    name: `${name}-${index}`,
    address: `10.0.0.${index + 1}`,
  })),
  ...settings,
})

/** In zone-a all that is asked of `near` stays, half of what is asked of `wide`, nothing of `far`; from zone-b all but half. */
const FLEET = {
  zones: [
    { zone: 'zone-a', region: 'r1', capacity: 16 },
    { zone: 'zone-b', region: 'r1' },
  ],
  services: [
    service('near', [endpoint('zone-a'), endpoint('zone-b')], { trafficDistribution: 'PreferSameZone' }),
    service('wide', [endpoint('zone-a', { weight: 2 }), endpoint('zone-b', { weight: 2 })]),
    service('far', [endpoint('zone-b'), endpoint('zone-a', { ready: false })]),
    service('dead', [endpoint('zone-a', { ready: false })]),
  ],
}

async function fleet(...proxies: readonly string[]): Promise<RestTestbed> {
  const testbed = await openTestbed()
  await testbed.call('PUT', '/v1/sources/east/topology', FLEET)
  testbed.proxies.all = proxies.map((zone, index) =>
    proxyStatus(String(index), { viewpoint: viewpoint(zone) }),
  )
  return testbed
}

describe('GET /v1/zones', () => {
  test('tells of each zone who stands there, and how many of its requests stay', async () => {
    const { call } = await fleet('zone-a')
    const { body } = await call('GET', '/v1/zones')
    expect(body).toEqual({
      revision: 1,
      inZoneShare: 0.5,
      total: 2,
      next: null,
      items: [
        {
          region: 'r1',
          zone: 'zone-a',
          proxies: 1,
          endpoints: 4,
          services: 4,
          capacity: 16,
          weight: 3,
          demand: 1,
          drained: null,
          inZoneShare: 0.5,
        },
        {
          region: 'r1',
          zone: 'zone-b',
          proxies: 0,
          endpoints: 3,
          services: 3,
          capacity: null,
          weight: 4,
          demand: 0,
          drained: null,
          inZoneShare: 0.833333,
        },
      ],
    })
  })

  test('weighs zones by the proxies in them, and all alike where there are none', async () => {
    const bed = await fleet('zone-a', 'zone-b', 'zone-b', 'zone-b')
    const overall = async () => (await bed.call('GET', '/v1/zones')).body.inZoneShare
    expect(await overall()).toBeCloseTo((0.5 + 3 * 0.833333) / 4, 5)
    bed.proxies.all = []
    expect(await overall()).toBeCloseTo((0.5 + 0.833333) / 2, 5)
  })

  test('weighs zones by the stored demand where there is some', async () => {
    const bed = await fleet('zone-a', 'zone-a')
    const upsert = [demandEntry({ region: 'r1', zone: 'zone-b', demand: 12.5 })]
    await bed.store.control({ cause: 'demand', source: null, author: 'x', upsert, remove: [] })
    const { body } = await bed.call('GET', '/v1/zones')
    expect(body.items.map((one: { demand: number }) => one.demand)).toEqual([0, 12.5])
    expect(body.inZoneShare).toBe(0.833333)
  })

  test('shows which zones are drained, since when and why, and what that does to the shares', async () => {
    const bed = await fleet()
    await bed.call('POST', '/v1/zones/zone-a/drain', { reason: 'fire' })
    const [a, b] = (await bed.call('GET', '/v1/zones')).body.items
    expect(a).toMatchObject({ drained: { reason: 'fire', revision: 2 }, inZoneShare: 0 })
    expect(b).toMatchObject({ drained: null, inZoneShare: 1 })
  })

  test('lists zones that only proxies stand in, and CPUs of nodes of all sources', async () => {
    const bed = await fleet('zone-p')
    const node = (name: string, cpu: string, fields: object = {}) => ({
      name,
      zone: 'zone-b',
      cpu,
      ...fields,
    })
    await bed.call('PUT', '/v1/sources/west/topology', {
      nodes: [node('one', '3500m'), node('two', '4'), node('gone', '8', { ready: false }), node('odd', '')],
    })
    const { body } = await bed.call('GET', '/v1/zones?sort=-capacity')
    expect(body.items).toMatchObject([
      { zone: 'zone-a', capacity: 16 },
      { zone: 'zone-b', capacity: 7.5 },
      { region: 'r1', zone: 'zone-p', capacity: null, proxies: 1, endpoints: 0, inZoneShare: 0 },
    ])
  })

  test('of one service counts its endpoints and shares alone', async () => {
    const { call } = await fleet()
    const { body } = await call('GET', '/v1/zones?service=default/near')
    expect(body.items).toMatchObject([
      { zone: 'zone-a', endpoints: 1, services: 1, inZoneShare: 1 },
      { zone: 'zone-b', endpoints: 1, services: 1, inZoneShare: 1 },
    ])
    const dead = await call('GET', '/v1/zones?service=default/dead')
    expect(dead.body).toMatchObject({ inZoneShare: null, items: [{ inZoneShare: null }, {}] })
    expect((await call('GET', '/v1/zones?service=default/nobody')).status).toBe(404)
    expect((await call('GET', '/v1/zones?service=near')).status).toBe(400)
  })

  test('is sorted, filtered and paged like every list', async () => {
    const { call } = await fleet()
    const first = await call('GET', '/v1/zones?sort=-inZoneShare&limit=1')
    expect(first.body).toMatchObject({ total: 2, items: [{ zone: 'zone-b' }] })
    const next = await call('GET', `/v1/zones?sort=-inZoneShare&limit=1&after=${first.body.next}`)
    expect(next.body).toMatchObject({ next: null, items: [{ zone: 'zone-a' }] })
    expect((await call('GET', '/v1/zones?filter=drained=true')).body.items).toEqual([])
    expect((await call('GET', '/v1/zones?sort=colour')).status).toBe(400)
  })

  test('counts an endpoint once for its service, however many ports that has', async () => {
    const { call } = await openTestbed()
    const ports = [
      { name: 'http', port: 80 },
      { name: 'admin', port: 81 },
    ]
    const both = { address: '10.0.0.1', ports: { http: 8080, admin: 8081 }, zone: 'zone-a' }
    await call('PUT', '/v1/sources/east/topology', { services: [{ name: 'web', ports, endpoints: [both] }] })
    expect((await call('GET', '/v1/zones')).body.items).toMatchObject([
      { region: '', zone: 'zone-a', endpoints: 1, services: 1, weight: 1, inZoneShare: 1 },
    ])
  })
})

describe('GET /v1/zones/{zone}/services', () => {
  test('lists what the zone asks, by share the worst first', async () => {
    const { call } = await fleet()
    const { body } = await call('GET', '/v1/zones/zone-a/services?sort=inZoneShare')
    expect(body).toMatchObject({ revision: 1, region: 'r1', zone: 'zone-a', total: 4, next: null })
    expect(body.items).toEqual([
      { service: 'default/dead', port: 80, mode: 'ClusterWide', endpoints: 1, inZoneShare: null },
      { service: 'default/far', port: 80, mode: 'ClusterWide', endpoints: 1, inZoneShare: 0 },
      { service: 'default/wide', port: 80, mode: 'ClusterWide', endpoints: 1, inZoneShare: 0.5 },
      { service: 'default/near', port: 80, mode: 'PreferSameZone', endpoints: 1, inZoneShare: 1 },
    ])
  })

  test('of a zone that nobody knows is not found, and one of several regions needs its region', async () => {
    const { call } = await fleet()
    expect((await call('GET', '/v1/zones/zone-z/services')).status).toBe(404)
    await call('PUT', '/v1/sources/west/topology', { zones: [{ zone: 'zone-a', region: 'r2' }] })
    expect(await call('GET', '/v1/zones/zone-a/services')).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/region', detail: 'zone zone-a is in several regions: say r1 or r2' }] },
    })
    expect((await call('GET', '/v1/zones/zone-a/services?region=r2')).body).toMatchObject({
      region: 'r2',
      total: 4,
    })
  })
})
