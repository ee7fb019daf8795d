import { describe, expect, test } from 'vitest'
import { proxyStatus, shareTestbed } from './rest-testbed.ts'

const PATH = '/v1/simulations'

const testbed = shareTestbed()

const ZONES = ['zone-a', 'zone-b', 'zone-c'].map(zone => ({ zone, region: 'r1' }))

/** A service with one endpoint of each of these names, which begin with the letter of their zone. */
function service(name: string, endpoints: readonly string[], settings: object = {}) {
  return {
    name,
    trafficDistribution: 'PreferSameZone',
    ports: [{ port: 80 }],
    endpoints: endpoints.map((one, index) => ({
      name: one,
      address: `10.0.${name.length}.${index + 1}`,
      port: 8080,
      zone: `zone-${one[0]}`,
    })),
    ...settings,
  }
}

const three = (settings: object = {}) => service('web', ['a-1', 'b-1', 'c-1'], settings)
const push = (services: readonly object[], source = 'east') =>
  testbed.call('PUT', `/v1/sources/${source}/topology`, { zones: ZONES, services })
const simulate = (body?: unknown, query = '') => testbed.call('POST', PATH + query, body)
const proxyIn = (zone: string, id = zone) =>
  proxyStatus(id, { viewpoint: { region: 'r1', zone, subZone: '', node: '', source: '', network: '' } })

interface Pair {
  readonly from: string
  readonly to: string
  readonly share: number
}
/** "a>b 0.5" */
const pairs = ({ zones }: { zones: readonly Pair[] }) =>
  zones.map(({ from, to, share }) => `${from.at(-1)}>${to.at(-1)} ${share}`)

describe('a simulation', () => {
  test('of nothing is the state as it is, twice', async () => {
    await push([three()])
    const { status, body } = await simulate()
    expect(status).toBe(200)
    const side = {
      inZoneShare: 1,
      zones: ['r1/zone-a', 'r1/zone-b', 'r1/zone-c'].map(zone => ({ from: zone, to: zone, share: 1 })),
      busiest: { endpoint: 'a-1', source: 'east', load: 1 },
      unservable: [],
      panic: [],
    }
    expect(body).toEqual({
      revision: await testbed.store.head(),
      demand: { from: 'equal', before: {}, after: {}, others: 1 },
      inZoneShare: { before: 1, after: 1 },
      items: [
        {
          service: 'default/web',
          port: 80,
          mode: 'PreferSameZone',
          lost: 0,
          checked: false,
          moved: 0,
          before: side,
          after: side,
        },
      ],
      next: null,
      total: 1,
    })
  })

  test('of a lost zone has its requests go to the next ones, and their endpoints carry them', async () => {
    await push([three({ healthCheck: { passive: {} } })])
    const { body } = await simulate({ lose: { zones: ['zone-a'] }, service: 'web' })
    const [item] = body.items
    expect(item).toMatchObject({ lost: 1, checked: true, moved: 0.333333 })
    expect(pairs(item.before)).toEqual(['a>a 1', 'b>b 1', 'c>c 1'])
    expect(pairs(item.after)).toEqual(['a>b 0.5', 'a>c 0.5', 'b>b 1', 'c>c 1'])
    expect(item.after).toMatchObject({
      inZoneShare: 0.666667,
      busiest: { endpoint: 'b-1', load: 1.5 },
      unservable: [],
      panic: [],
      endpoints: [
        { name: 'a-1', source: 'east', zone: 'r1/zone-a', share: 0, load: 0, lost: true },
        { name: 'b-1', source: 'east', zone: 'r1/zone-b', share: 0.5, load: 1.5, lost: false },
        { name: 'c-1', source: 'east', zone: 'r1/zone-c', share: 0.5, load: 1.5, lost: false },
      ],
    })
    expect(body.inZoneShare).toEqual({ before: 1, after: 0.666667 })
  })

  test('says what nobody serves any more, and where Envoys panic', async () => {
    await push([three({ locality: { failover: 'none' } }), service('api', ['a-1'])])
    const { items } = (await simulate({ lose: { zones: ['r1/zone-a'] } })).body
    expect(items[0].after).toMatchObject({ unservable: ['r1/zone-a'], panic: ['r1/zone-a'] })
    expect(items[1].after).toMatchObject({ unservable: ['r1/zone-a'], panic: ['r1/zone-a'] })
    const calm = { name: 'web', healthCheck: { passive: {}, panicThreshold: 0 } }
    const { body } = await simulate({ lose: { zones: ['zone-a'] }, services: [calm], service: 'web' })
    expect(body.items[0].after).toMatchObject({ unservable: ['r1/zone-a'], panic: [] })
    expect(pairs(body.items[0].after)).toEqual(['b>b 1', 'c>c 1'])
  })

  test('of lost endpoints takes those of one source, or of all that have the name', async () => {
    await push([service('web', ['a-1', 'b-1'])])
    await push([{ ...service('web', ['a-1']), endpoints: [endpoint('a-1', '10.9.0.1')] }], 'west')
    const lost = async (fields: object) => {
      const lose = { endpoints: [{ service: 'default/web', name: 'a-1', ...fields }] }
      const { body } = await simulate({ lose, service: 'web' })
      return body.items[0].after.endpoints.filter((one: { lost: boolean }) => one.lost)
    }
    expect(await lost({ source: 'west' })).toMatchObject([{ source: 'west' }])
    expect(await lost({})).toMatchObject([{ source: 'east' }, { source: 'west' }])
  })

  test('of a lost source is without all that it pushed', async () => {
    await push([service('web', ['a-1', 'b-1'])])
    await push(
      [{ ...service('web', []), endpoints: [endpoint('c-9', '10.9.0.1')] }, service('own', ['a-1'])],
      'west',
    )
    const { body } = await simulate({ lose: { sources: ['west'] } })
    const [own, web] = body.items
    expect(own).toMatchObject({ service: 'default/own', moved: 1, after: { zones: [], busiest: null } })
    expect(own.after.unservable).toEqual(['r1/zone-a'])
    expect(pairs(web.before)).toEqual(['a>a 1', 'b>b 1', 'c>c 1'])
    expect(pairs(web.after)).toEqual(['a>a 1', 'b>b 1', 'c>a 0.5', 'c>b 0.5'])
    expect((await testbed.call('GET', '/v1/services')).body.total).toBe(2)
  })

  test('of other settings keeps what it leaves out, and null takes a field away', async () => {
    await push([three()])
    const one = async (settings: object) =>
      (await simulate({ services: [{ name: 'web', ...settings }] })).body.items[0]
    expect(await one({ trafficDistribution: null })).toMatchObject({
      mode: 'ClusterWide',
      moved: 0.666667,
      after: { inZoneShare: 0.333333 },
    })
    const distribute = [{ from: 'zone-a', to: { 'zone-a': 80, 'zone-b': 20 } }]
    const weighted = await one({ locality: { distribute } })
    expect(pairs(weighted.after)).toEqual(['a>a 0.8', 'a>b 0.2', 'b>b 1', 'c>c 1'])
    const moved = await one({ endpoints: [endpoint('b-1', '10.0.0.9'), endpoint('b-2', '10.0.0.8')] })
    expect(pairs(moved.after)).toEqual(['a>b 1', 'b>b 1', 'c>b 1'])
    expect(moved.after.busiest.load).toBe(1.5)
    expect(pairs((await one({ endpoints: null })).after)).toEqual([])
  })

  test('counts a zone as often as proxies stand there, unless it says otherwise', async () => {
    await push([service('web', ['a-1', 'b-1'])])
    testbed.proxies.all = [
      proxyIn('zone-a', '1'),
      proxyIn('zone-a', '2'),
      proxyIn('zone-a', '3'),
      proxyIn('zone-c'),
    ]
    const now = (await simulate()).body
    expect(now.demand).toEqual({
      from: 'proxies',
      before: { 'r1/zone-a': 3, 'r1/zone-c': 1 },
      after: { 'r1/zone-a': 3, 'r1/zone-c': 1 },
      others: 0,
    })
    expect(now.inZoneShare).toEqual({ before: 0.75, after: 0.75 })
    expect(now.items[0].before.busiest).toEqual({ endpoint: 'a-1', source: 'east', load: 1.75 })
    const shifted = (await simulate({ demand: { 'zone-b': 4, 'r1/zone-a': 0 } })).body
    expect(shifted.demand.after).toEqual({ 'r1/zone-a': 0, 'r1/zone-b': 4, 'r1/zone-c': 1 })
    expect(shifted.inZoneShare).toEqual({ before: 0.75, after: 0.8 })
    expect(shifted.items[0].after.busiest).toEqual({ endpoint: 'b-1', source: 'east', load: 2.25 })
  })

  test('of an old revision changes what stood then', async () => {
    const { body: first } = await push([three()])
    await push([service('web', ['b-1'])])
    const { revision, items } = (await simulate({ revision: first.revision, lose: { zones: ['zone-a'] } }))
      .body
    expect(revision).toBe(first.revision)
    expect(pairs(items[0].after)).toEqual(['a>b 0.5', 'a>c 0.5', 'b>b 1', 'c>c 1'])
    expect((await simulate({ revision: first.revision + 100 })).status).toBe(404)
    await testbed.store.retain({ topology: 0, routes: 0 })
    expect((await simulate({ revision: first.revision })).status).toBe(410)
  })

  test('stores nothing', async () => {
    await push([three()])
    const head = await testbed.store.head()
    await simulate({ lose: { sources: ['east'] }, services: [{ name: 'web', endpoints: [] }] })
    expect(await testbed.store.head()).toBe(head)
    const { body } = await testbed.call('GET', '/v1/services/default/web/assignment?zone=zone-a')
    expect(body.endpoints).toHaveLength(3)
  })
})

describe('the services of a simulation', () => {
  test('are a list: those that move most first, page by page, filtered', async () => {
    await push([three(), service('api', ['a-1', 'b-1']), service('far', ['b-1'])])
    const ids = async (query: string) =>
      (await simulate({ lose: { zones: ['zone-a'] } }, query)).body.items.map(
        (one: { service: string }) => one.service,
      )
    expect(await ids('?sort=-moved')).toEqual(['default/api', 'default/web', 'default/far'])
    expect(await ids('?filter=service~far')).toEqual(['default/far'])
    const page = (await simulate({}, '?limit=2')).body
    expect(page).toMatchObject({ total: 3, items: [{ service: 'default/api' }, { service: 'default/far' }] })
    expect(await ids(`?limit=2&after=${page.next}`)).toEqual(['default/web'])
    expect((await simulate({}, '?sort=colour')).status).toBe(400)
  })
})

describe('a simulation that cannot be made', () => {
  test('is told of all that it names and that is not there', async () => {
    await push([three(), service('both', ['a-1'])])
    await push([service('both', ['b-1'])], 'west')
    const { status, body } = await simulate({
      service: 'gone',
      lose: {
        zones: ['zone-a', 'zone-q', 'r2/zone-a'],
        sources: ['north'],
        endpoints: [
          { service: 'team/web', name: 'a-1' },
          { service: 'web', name: 'z-1' },
          { service: 'web', name: 'a-1', source: 'west' },
        ],
      },
      services: [
        { name: 'nobody' },
        { name: 'both', trafficDistribution: null },
        { name: 'web', source: 'west' },
        { name: 'web', trafficDistribution: 'PreferMoon', colour: 'red' },
        { name: 'web', endpoints: [{ address: 'a.example.com', port: 1 }] },
      ],
      demand: { 'zone-x': 1 },
    })
    expect(status).toBe(422)
    expect(body.errors.map(({ pointer, detail }: Record<string, string>) => `${pointer}: ${detail}`)).toEqual(
      [
        '/lose/zones/1: is a zone that no source declares, and where no endpoint or proxy stands',
        '/lose/zones/2: is a zone that no source declares, and where no endpoint or proxy stands; there is r1/zone-a',
        expect.stringMatching(/^\/lose\/sources\/0: is no source that has a topology at revision \d+$/),
        '/services/0/name: is no service that a source has: default/nobody',
        '/services/1/source: is needed: east, west have this service',
        '/services/2/source: must be a source that has service default/web: east',
        expect.stringMatching(/^\/services\/3\/trafficDistribution: must be "PreferClose" or /),
        '/services/3/colour: is not a known field',
        expect.stringMatching(/^\/services\/4: is given twice: \/services\/3 /),
        expect.stringMatching(/^\/services\/4\/endpoints\/0\/address: .* hostname is not supported/),
        '/lose/endpoints/0/service: is no service that a source has: team/web',
        '/lose/endpoints/1/name: is no endpoint of service default/web: z-1',
        '/lose/endpoints/2/source: has no endpoint a-1 of service default/web: east has',
        expect.stringMatching(/^\/demand\/zone-x: is a zone that no source declares/),
        '/service: is no service that a source has: default/gone',
      ],
    )
  })

  test('is told of a zone that several regions have', async () => {
    await push([three()])
    await testbed.call('PUT', '/v1/sources/west/topology', { zones: [{ zone: 'zone-a', region: 'r2' }] })
    const { body } = await simulate({ lose: { zones: ['zone-a'] } })
    expect(body.errors).toEqual([
      {
        pointer: '/lose/zones/0',
        detail: 'is a zone of several regions: say which of r1/zone-a, r2/zone-a',
      },
    ])
  })

  test('is told when nobody would ask', async () => {
    await push([three()])
    testbed.proxies.all = [proxyIn('zone-a')]
    const { body } = await simulate({ demand: { 'zone-a': 0 } })
    expect(body.errors).toEqual([{ pointer: '/demand', detail: 'must leave some zone that asks' }])
  })

  const shapes: readonly (readonly [status: number, body: unknown, pointers: readonly string[]])[] = [
    [400, '{', ['']],
    [422, [], ['']],
    [422, { loose: 1, revision: 0, lose: { zones: 'zone-a' } }, ['/revision', '/lose/zones', '/loose']],
    [
      422,
      { service: 'A/b/c', demand: { 'zone-a': -1 }, services: {} },
      ['/demand/zone-a', '/service', '/services'],
    ],
    [422, { services: [1] }, ['/services/0']],
    [422, { drain: 'zone-a', undrain: ['/'], silent: ['West'] }, ['/drain', '/undrain/0', '/silent/0']],
  ]
  test.each(shapes)('is answered %i: %j', async (status, body, pointers) => {
    const answer = await simulate(body)
    expect(answer.status).toBe(status)
    expect(answer.body.errors.map((one: { pointer: string }) => one.pointer)).toEqual(pointers)
  })
})

function endpoint(name: string, address: string) {
  return { name, address, port: 8080, zone: `zone-${name[0]}` }
}

test('as large a question as there may be is refused where it is larger', async () => {
  const endpoints = Array.from({ length: 1_001 }, (_, index) => ({ service: 'web', name: `e${index}` }))
  const services = Array.from({ length: 101 }, () => ({ name: 'web' }))
  const { status, body } = await simulate({ lose: { endpoints }, services })
  expect(status).toBe(422)
  expect(body.errors.map((one: { pointer: string }) => one.pointer).sort()).toEqual([
    '/lose/endpoints',
    '/services',
  ])
})

test('many at once are made one after the other, and too many are told to come again', async () => {
  const all = await Promise.all(Array.from({ length: 12 }, () => simulate({})))
  const statuses = all.map(one => one.status).sort()
  expect(statuses).toEqual([...Array(8).fill(200), ...Array(4).fill(503)])
  expect(all.find(one => one.status === 503)?.headers.get('retry-after')).toBe('5')
})
