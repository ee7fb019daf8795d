import { describe, expect, test } from 'vitest'
import type { TrafficCell } from '../../src/model/traffic.ts'
import { StoreUnavailable } from '../../src/store/store.ts'
import { HOUR, MINUTE } from '../../src/store/traffic/traffic.ts'
import { shareTestbed } from './rest-testbed.ts'

const bed = shareTestbed()
const A = 'r1/zone-a'
const B = 'r1/zone-b'
const C = 'r2/zone-c'

/** Each test has an hour of its own: counts are never taken away. */
let hour = Date.parse('2026-01-01T00:00:00Z')
const iso = (time: number) => new Date(time).toISOString()

async function counted(...cells: readonly (readonly [string, string, string, number, number?, number?])[]) {
  hour += HOUR
  const rows = cells.map(
    ([service, from, to, requests, errors = 0, minute = 0]): TrafficCell => ({
      minute: hour + minute * MINUTE,
      service,
      from,
      to,
      requests,
      errors,
    }),
  )
  await bed.store.traffic.add({ writer: 'test', number: hour, cells: rows })
}

const ask = (query = '') =>
  bed.call('GET', `/v1/traffic?from=${iso(hour)}&to=${iso(hour + HOUR)}&step=1h${query}`)

const topology = (...services: readonly object[]) =>
  bed.call('PUT', '/v1/sources/east/topology', {
    services: services.map(one => ({ ports: [{ port: 80 }], ...one })),
  })

describe('GET /v1/traffic', () => {
  test('tells who sent how much where, in all and by service', async () => {
    await counted(
      ['default/web', A, A, 70, 1],
      ['default/web', A, B, 20],
      ['default/api', B, B, 10],
      ['default/api', '', B, 5],
    )
    const { status, body } = await ask('&sort=-requests')
    expect(status).toBe(200)
    const none = { estimate: null }
    expect(body).toEqual({
      from: iso(hour),
      to: iso(hour + HOUR),
      step: '1h',
      requests: 105,
      errors: 1,
      inZoneShare: 0.8,
      ...none,
      matrix: [
        { from: '', to: B, requests: 5, errors: 0, ...none },
        { from: A, to: A, requests: 70, errors: 1, ...none },
        { from: A, to: B, requests: 20, errors: 0, ...none },
        { from: B, to: B, requests: 10, errors: 0, ...none },
      ],
      steps: [
        {
          at: iso(hour),
          requests: 105,
          errors: 1,
          inZoneShare: 0.8,
          matrix: [
            { from: '', to: B, requests: 5, errors: 0 },
            { from: A, to: A, requests: 70, errors: 1 },
            { from: A, to: B, requests: 20, errors: 0 },
            { from: B, to: B, requests: 10, errors: 0 },
          ],
        },
      ],
      items: [
        {
          service: 'default/web',
          requests: 90,
          errors: 1,
          inZoneShare: 0.777778,
          bytesPerRequest: null,
          ...none,
        },
        { service: 'default/api', requests: 15, errors: 0, inZoneShare: 1, bytesPerRequest: null, ...none },
      ],
      next: null,
      total: 2,
    })
  })

  test('estimates bytes and money of the services that state their bytes', async () => {
    await topology({ name: 'web', bytesPerRequest: 1e6 }, { name: 'api' })
    bed.traffic.prices = { zone: 0.01, region: 0.02, pairs: new Map([[`${B}>${A}`, 1]]) }
    await counted(
      ['default/web', A, A, 1_000],
      ['default/web', A, B, 2_000],
      ['default/web', A, C, 3_000],
      ['default/web', B, A, 1_000],
      ['default/api', A, B, 9_000],
    )
    const { body } = await ask('&sort=-cost')
    const whole = { bytes: 7e9, crossZoneBytes: 6e9, cost: expect.closeTo(1.08) }
    expect(body.estimate).toEqual(whole)
    expect(body.items).toMatchObject([
      { service: 'default/web', bytesPerRequest: 1e6, estimate: whole },
      { service: 'default/api', bytesPerRequest: null, estimate: null },
    ])
    const pair = (from: string, to: string) =>
      body.matrix.find((one: { from: string; to: string }) => one.from === from && one.to === to)
    expect(pair(A, A)).toMatchObject({
      requests: 1_000,
      estimate: { bytes: 1e9, crossZoneBytes: 0, cost: 0 },
    })
    expect(pair(A, B)).toMatchObject({
      requests: 11_000,
      estimate: { bytes: 2e9, crossZoneBytes: 2e9, cost: 0.02 },
    })
  })

  test('tells no money where nobody said prices', async () => {
    await topology({ name: 'web', bytesPerRequest: 100 })
    await counted(['default/web', A, B, 2])
    expect((await ask()).body.estimate).toEqual({ bytes: 200, crossZoneBytes: 200, cost: null })
  })

  test('of one service is of that alone', async () => {
    await counted(['default/web', A, A, 1], ['default/api', A, B, 5])
    const { body } = await ask('&service=default/api')
    expect(body).toMatchObject({ requests: 5, inZoneShare: 0, items: [{ service: 'default/api' }], total: 1 })
  })

  test('of a service that is there and was not asked is nothing; of one that never was there is none', async () => {
    await topology({ name: 'idle' })
    await counted(['default/web', A, A, 1])
    expect((await ask('&service=default/idle')).body).toMatchObject({
      requests: 0,
      inZoneShare: null,
      items: [],
    })
    expect((await ask('&service=default/never')).status).toBe(404)
  })

  test('is listed page by page, by what one wants to see first', async () => {
    await counted(['a/small', A, A, 1], ['a/large', A, A, 3], ['a/middle', A, B, 2])
    const first = (await ask('&sort=-requests&limit=2')).body
    expect(first.items.map((one: { service: string }) => one.service)).toEqual(['a/large', 'a/middle'])
    expect(first).toMatchObject({ requests: 6, total: 3 })
    const second = (await ask(`&sort=-requests&limit=2&after=${first.next}`)).body
    expect(second.items.map((one: { service: string }) => one.service)).toEqual(['a/small'])
    expect(second.requests).toBe(6)
  })

  test('has what this replica has counted and not stored yet', async () => {
    const now = Date.now()
    const minute = now - (now % MINUTE)
    bed.traffic.flush = async () => {
      const cells = [{ minute, service: 'default/fresh', from: A, to: A, requests: 4, errors: 0 }]
      await bed.store.traffic.add({ writer: 'this replica', number: 1, cells })
    }
    const { body } = await bed.call('GET', '/v1/traffic?from=-10m&step=1m&service=default/fresh')
    expect(body.requests).toBe(4)
    expect(body.steps.length).toBeGreaterThanOrEqual(10)
    expect(body.steps.filter((one: { requests: number }) => one.requests > 0)).toMatchObject([
      { at: iso(minute) },
    ])
  })

  test.each([
    ['from=yesterday', '/from'],
    ['from=2026-02-30T12:00:00', '/from'],
    ['to=-1w', '/to'],
    ['step=often', '/step'],
    ['step=7m', '/step'],
    ['from=-1h&to=-2h', '/from'],
    ['service=web', '/service'],
    ['sort=colour', '/sort'],
  ])('refuses ?%s', async (query, pointer) => {
    const { status, body } = await bed.call('GET', `/v1/traffic?${query}`)
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ pointer }])
  })

  test('is 503 while the database is away', async () => {
    const { traffic } = bed.store
    const away = new StoreUnavailable('away', { operation: 'readTraffic', hint: 'wait' })
    const read = traffic.read
    Object.assign(traffic, { read: () => Promise.reject(away) })
    expect((await bed.call('GET', '/v1/traffic')).status).toBe(503)
    Object.assign(traffic, { read })
  })
})
