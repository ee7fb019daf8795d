import { describe, expect, test } from 'vitest'
import type { Revision } from '../../src/store/store.ts'
import { MINUTE } from '../../src/store/traffic/traffic.ts'
import { viewpoint } from '../support/candidate.ts'
import { proxyStatus, shareTestbed } from './rest-testbed.ts'

const bed = shareTestbed()
const A = 'r1/zone-a'
const B = 'r1/zone-b'

const endpoint = (zone: string, index = 1) => ({
  name: zone,
  address: `10.0.0.${index}`,
  port: 80,
  zone,
  region: 'r1',
})
const BOTH = [endpoint('zone-a', 1), endpoint('zone-b', 2)]
const service = (name: string, settings: object = {}, endpoints: readonly object[] = BOTH) => ({
  name,
  ports: [{ port: 80 }],
  endpoints,
  ...settings,
})
const push = async (...services: readonly object[]): Promise<number> =>
  (await bed.call('PUT', '/v1/sources/east/topology', { services })).body.revision
const STAYS = { trafficDistribution: 'PreferSameZone' }

let batches = 0
async function counted(minute: number, name: string, pairs: readonly (readonly [string, string, number])[]) {
  batches += 1
  const cells = pairs.map(([from, to, requests]) => ({
    minute,
    service: `default/${name}`,
    from,
    to,
    requests,
    errors: 0,
  }))
  await bed.store.traffic.add({ writer: 'test', number: batches, cells })
}

/** As if revisions had been written then. */
function writtenAt(time: number): void {
  const { revision } = bed.store
  const createdAt = new Date(time).toISOString()
  const earlier = async (id: number): Promise<Revision | null> => {
    const found = await revision(id)
    return found && { ...found, createdAt }
  }
  Object.assign(bed.store, { revision: earlier })
}

const effects = async (revision: number, query = '') =>
  (await bed.call('GET', `/v1/revisions/${revision}/traffic?window=10m${query}`)).body

describe('GET /v1/revisions/{revision}/traffic', () => {
  test('tells what was to come of a revision by the demand that was counted, and what came', async () => {
    const minute = Math.floor(Date.now() / MINUTE) * MINUTE
    const commit = minute - 15 * MINUTE
    await push(service('web'), service('api'))
    const revision = await push(service('web', STAYS), service('api'))
    writtenAt(commit)
    // Of three requests one comes from zone-b.
    await counted(commit - 2 * MINUTE, 'web', [
      [A, A, 105],
      [A, B, 95],
      [B, A, 48],
      [B, B, 52],
    ])
    await counted(commit + 2 * MINUTE, 'web', [
      [A, A, 195],
      [A, B, 5],
      [B, B, 100],
    ])
    // Neither before nor after: the minute of the commit.
    await counted(commit, 'web', [[A, B, 1_000_000]])
    const body = await effects(revision)
    expect(body).toMatchObject({
      revision,
      createdAt: new Date(commit).toISOString(),
      windows: {
        before: { from: new Date(commit - 10 * MINUTE).toISOString(), to: new Date(commit).toISOString() },
        after: {
          from: new Date(commit + MINUTE).toISOString(),
          to: new Date(commit + 11 * MINUTE).toISOString(),
        },
        step: '1m',
      },
      inZoneShare: {
        before: { predicted: 0.5, measured: 0.523333 },
        after: { predicted: 1, measured: 0.983333 },
      },
      total: 1,
    })
    expect(body.items).toEqual([
      {
        service: 'default/web',
        demand: 'measured',
        moved: 0.5,
        before: { predicted: 0.5, measured: 0.523333, requests: 300 },
        after: { predicted: 1, measured: 0.983333, requests: 300 },
      },
    ])
  })

  test('of demand that leans to one zone predicts by it', async () => {
    const minute = Math.floor(Date.now() / MINUTE) * MINUTE
    await push(service('leaning', STAYS))
    const revision = await push(service('leaning', STAYS, [endpoint('zone-a')]))
    writtenAt(minute + MINUTE)
    await counted(minute, 'leaning', [
      [A, A, 75],
      [B, B, 25],
    ])
    const { items, windows } = await effects(revision)
    expect(windows.after).toBeNull()
    expect(items).toMatchObject([
      { before: { predicted: 1, measured: 1 }, after: { predicted: 0.75, measured: null, requests: 0 } },
    ])
  })

  test('where nothing was counted predicts as a simulation does', async () => {
    const revision = await push(service('quiet', STAYS))
    expect((await effects(revision)).items).toMatchObject([
      {
        service: 'default/quiet',
        demand: 'equal',
        before: { predicted: null },
        after: { predicted: 1, measured: null },
      },
    ])
    bed.proxies.all = [proxyStatus('1', { viewpoint: viewpoint('zone-c') })]
    const body = await effects(revision)
    expect(body.items).toMatchObject([{ demand: 'proxies', after: { predicted: 0 } }])
    expect(body.inZoneShare).toEqual({
      before: { predicted: null, measured: null },
      after: { predicted: null, measured: null },
    })
  })

  test('of a drained zone is of all services whose requests go elsewhere', async () => {
    await push(service('web', STAYS), service('local', STAYS, [endpoint('zone-a')]))
    const { body } = await bed.call('POST', '/v1/zones/zone-b/drain', {})
    const { items } = await effects(body.revision)
    expect(items).toMatchObject([
      { service: 'default/web', moved: 0.5, before: { predicted: 1 }, after: { predicted: 0.5 } },
    ])
    await bed.call('POST', '/v1/zones/zone-b/undrain', {})
  })

  test('of routes changes no service; of a service that is asked for it tells all the same', async () => {
    await push(service('web', STAYS))
    const routes = { gateways: [{ name: 'edge', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] }] }
    const { revision } = (await bed.call('PUT', '/v1/sources/east/routes', routes)).body
    expect((await effects(revision)).items).toEqual([])
    expect((await effects(revision, '&service=default/web')).items).toMatchObject([
      { service: 'default/web', moved: 0, before: { predicted: 1 }, after: { predicted: 1 } },
    ])
  })

  test('says what there is not', async () => {
    const revision = await push(service('web'))
    const status = async (path: string) => (await bed.call('GET', path)).status
    expect(await status(`/v1/revisions/${revision + 1}/traffic`)).toBe(404)
    expect(await status(`/v1/revisions/${revision}/traffic?service=default/none`)).toBe(404)
    expect(await status(`/v1/revisions/${revision}/traffic?window=soon`)).toBe(400)
  })
})
