import { describe, expect, test } from 'vitest'
import { demandEntry } from '../../src/model/control.ts'
import { openTestbed, proxyStatus, type RestTestbed } from './rest-testbed.ts'

const ZONES = ['zone-a', 'zone-b', 'zone-c'].map(zone => ({ zone, region: 'r1' }))

/** An endpoint that stands in the zone whose letter its name begins with. */
function endpoint(name: string, host: number) {
  return { name, address: `10.0.0.${host}`, port: 8080, zone: `zone-${name[0]}` }
}

function web(names: readonly string[], settings: object = { trafficDistribution: 'PreferSameZone' }) {
  const endpoints = names.map((name, index) => endpoint(name, index + 1))
  return { name: 'web', ports: [{ port: 80 }], endpoints, ...settings }
}

const BALANCED = { locality: { mode: 'Balanced', headroom: 10 } }
const three = (settings?: object) => web(['a-1', 'b-1', 'c-1'], settings)

async function bedWith(...services: readonly object[]) {
  const bed = await openTestbed()
  await push(bed, 'east', services)
  const simulate = (body: object = {}) => bed.call('POST', '/v1/simulations', body)
  return { bed, simulate }
}

function push(bed: RestTestbed, source: string, services: readonly object[]) {
  return bed.call('PUT', `/v1/sources/${source}/topology`, { zones: ZONES, services })
}

const standsIn = (zone: string, id: string) =>
  proxyStatus(id, { viewpoint: { region: 'r1', zone, subZone: '', node: '', source: '', network: '' } })

/** "a>b 0.5" */
const pairs = ({ zones }: { zones: readonly { from: string; to: string; share: number }[] }) =>
  zones.map(({ from, to, share }) => `${from.at(-1)}>${to.at(-1)} ${share}`)

describe('a simulation of a drained zone', () => {
  test('sends nobody there while there is anybody else', async () => {
    const { simulate } = await bedWith(three())
    const [item] = (await simulate({ drain: ['zone-a'] })).body.items
    expect(pairs(item.after)).toEqual(['a>b 0.5', 'a>c 0.5', 'b>b 1', 'c>c 1'])
    expect(item).toMatchObject({ lost: 0, moved: 0.333333, after: { unservable: [], panic: [] } })
    const [other] = (await simulate({ drain: ['zone-a'], lose: { zones: ['zone-b', 'zone-c'] } })).body.items
    expect(pairs(other.after)).toEqual(['a>a 1', 'b>a 1', 'c>a 1'])
  })

  test('says what taking it back does, and stores neither', async () => {
    const { bed, simulate } = await bedWith(three())
    await bed.call('POST', '/v1/zones/zone-a/drain', { reason: 'power' })
    const head = await bed.store.head()
    const [item] = (await simulate({ undrain: ['r1/zone-a'], drain: ['zone-b'] })).body.items
    expect(pairs(item.before)).toEqual(['a>b 0.5', 'a>c 0.5', 'b>b 1', 'c>c 1'])
    expect(pairs(item.after)).toEqual(['a>a 1', 'b>a 0.5', 'b>c 0.5', 'c>c 1'])
    expect((await simulate({ drain: ['zone-a'], undrain: ['zone-c'] })).body.items[0].moved).toBe(0)
    expect(await bed.store.head()).toBe(head)
  })
})

describe('a simulation of a silent source', () => {
  const STAYS = ['a>a 1', 'b>b 1', 'c>c 1']
  const GOES = ['a>b 1', 'b>b 1', 'c>b 1']
  const ALL = ['r1/zone-a', 'r1/zone-b', 'r1/zone-c']

  test.each([
    [{ staleAfter: '1m', whenStale: 'standby' }, GOES, []],
    [{ staleAfter: '1m', whenStale: 'drop' }, GOES, ALL],
    [{ staleAfter: '1m', whenStale: 'keep' }, STAYS, []],
    [{ whenStale: 'drop' }, STAYS, []],
  ])('does as its settings %j say', async (settings, outcome, unservable) => {
    const { bed, simulate } = await bedWith(web(['b-1']))
    await push(bed, 'west', [{ ...web([]), endpoints: [endpoint('a-9', 8), endpoint('c-9', 9)] }])
    await bed.call('PUT', '/v1/sources/west/settings', settings)
    const [item] = (await simulate({ silent: ['west'] })).body.items
    expect(pairs(item.before)).toEqual(STAYS)
    expect(pairs(item.after)).toEqual(outcome)
    const alone = (await simulate({ silent: ['west'], lose: { zones: ['zone-b'] } })).body.items[0]
    expect(alone.after.unservable).toEqual(unservable)
  })
})

test('zones and sources that nobody knows are named, and a zone that is to be drained and not', async () => {
  const { simulate } = await bedWith(three())
  const { status, body } = await simulate({
    drain: ['zone-a', 'zone-q'],
    undrain: ['r2/zone-b', 'r1/zone-a'],
    silent: ['east', 'north'],
  })
  expect(status).toBe(422)
  const unknown = 'is a zone that no source declares, and where no endpoint or proxy stands'
  expect(body.errors).toEqual([
    { pointer: '/drain/1', detail: unknown },
    { pointer: '/undrain/0', detail: `${unknown}; there is r1/zone-b` },
    { pointer: '/undrain/1', detail: 'is a zone that `drain` names, too' },
    { pointer: '/silent/1', detail: 'is no source that has a topology at revision 1' },
  ])
})

describe('the demand of a simulation', () => {
  const write = (bed: RestTestbed, demand: Readonly<Record<string, number>>) =>
    bed.store.control({
      cause: 'demand',
      source: null,
      author: 'test',
      upsert: Object.entries(demand).map(([zone, asked]) =>
        demandEntry({ region: 'r1', zone, demand: asked }),
      ),
      remove: [],
    })

  test('is what was written for balanced services, whoever is connected', async () => {
    const { bed, simulate } = await bedWith(three(BALANCED))
    bed.proxies.all = [standsIn('zone-c', '1')]
    await write(bed, { 'zone-a': 3, 'zone-b': 1 })
    const { demand, items } = (await simulate()).body
    const written = { 'r1/zone-a': 3, 'r1/zone-b': 1 }
    expect(demand).toEqual({ from: 'rows', before: written, after: written, others: 0 })
    expect(items[0].after).toEqual(items[0].before)
    expect(items[0].after.busiest).toMatchObject({ endpoint: 'a-1', load: expect.closeTo(1.1, 3) })
  })

  test.each<Record<string, number>>([{ 'zone-a': 8 }, { 'zone-a': 8, 'zone-c': 0 }])(
    'moves balanced services as %j does once it is written, of all zones',
    async said => {
      const { bed, simulate } = await bedWith(three(BALANCED))
      const told = (await simulate({ demand: said })).body
      const all = Object.entries({ 'zone-b': 1, 'zone-c': 1, ...said })
      const listed = Object.fromEntries(all.map(([zone, amount]) => [`r1/${zone}`, amount]))
      expect(told.demand).toEqual({ from: 'equal', before: {}, after: listed, others: 1 })
      await write(bed, Object.fromEntries(all.filter(([, amount]) => amount > 0)))
      const [now] = (await simulate()).body.items
      expect(pairs(told.items[0].after)).toEqual(pairs(now.before))
      expect(told.items[0].after.inZoneShare).toBe(now.before.inZoneShare)
      expect(told.items[0].moved).toBeGreaterThan(0.3)
    },
  )

  test('that was written for a zone goes when this asks for nothing any more', async () => {
    const { bed, simulate } = await bedWith(three(BALANCED))
    await write(bed, { 'zone-a': 8, 'zone-b': 1 })
    const [item] = (await simulate({ demand: { 'zone-a': 0 } })).body.items
    expect(pairs(item.before)).not.toContain('a>a 1')
    expect(pairs(item.after)).toContain('a>a 1')
  })

  test('is that of the connected proxies for a service that becomes balanced', async () => {
    const { bed, simulate } = await bedWith(three())
    bed.proxies.all = ['1', '2', '3'].map(id => standsIn('zone-a', id)).concat(standsIn('zone-b', '4'))
    const { demand, items } = (await simulate({ services: [{ name: 'web', ...BALANCED }] })).body
    expect(demand.from).toBe('proxies')
    expect(items[0]).toMatchObject({
      mode: 'Balanced',
      after: { busiest: { endpoint: 'a-1', load: expect.closeTo(1.1, 3) } },
    })
  })
})

describe('endpoints behind gateways of their network', () => {
  const settings = {
    network: 'far',
    gateways: [{ address: '192.0.2.1', port: 15443, region: 'r1', zone: 'zone-b' }],
  }
  const far = (fields: object = {}) => ({ ...web([]), endpoints: [endpoint('c-9', 9)], ...fields })

  test('keep their requests when they fail, and lose them when the zone of their gateways does', async () => {
    const { bed, simulate } = await bedWith(web(['a-1']))
    await push(bed, 'west', [far()])
    await bed.call('PUT', '/v1/sources/west/settings', settings)
    const losing = async (lose: object) => (await simulate({ lose })).body.items[0].after
    const failing = await losing({ zones: ['zone-c'] })
    expect(pairs(failing)).toEqual(['a>a 1', 'c>c 1'])
    expect(failing.unservable).toEqual(['r1/zone-c'])
    const unreachable = await losing({ zones: ['zone-b'] })
    expect(pairs(unreachable)).toEqual(['a>a 1', 'c>a 1'])
    expect(unreachable.unservable).toEqual([])
    expect((await losing({ zones: ['zone-a', 'zone-b'] })).unservable).toEqual(['r1/zone-a', 'r1/zone-c'])
  })

  test('are reached by their addresses where their source keeps the service to itself', async () => {
    const { bed, simulate } = await bedWith()
    const both = [endpoint('c-9', 9), endpoint('b-9', 10)]
    await push(bed, 'west', [far({ scope: 'source', endpoints: both })])
    await bed.call('PUT', '/v1/sources/west/settings', settings)
    const [item] = (await simulate({ lose: { zones: ['zone-c'] } })).body.items
    expect(item).toMatchObject({ source: 'west', after: { unservable: [] } })
    expect(pairs(item.after)).toEqual(['b>b 1', 'c>b 1'])
  })
})
