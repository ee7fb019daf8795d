import { describe, expect, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { type Nack, nackOf, type Refusal } from '../../src/model/nacks.ts'
import { quarantineEntry } from '../../src/model/quarantine.ts'
import { RESOURCE_TYPES } from '../../src/model/resource-types.ts'
import { proxyStatus, shareTestbed } from './rest-testbed.ts'
import { ROUTES, TOPOLOGY } from './scenario.ts'

const bed = shareTestbed()
const get = (path: string) => bed.call('GET', path)

const refusal = (node: string, other: Partial<Refusal> = {}): Nack =>
  nackOf({
    proxy: `stream-of-${node}`,
    node,
    gateway: 'default/edge',
    typeUrl: RESOURCE_TYPES.lds,
    resources: [{ name: 'default/edge/http', version: '1' }],
    revision: 7,
    detail: 'address in use',
    at: '2026-03-01T12:00:00.000Z',
    ...other,
  })

describe('GET /v1/nacks', () => {
  test('says what was refused, by whom, how often and in which words', async () => {
    await bed.store.nacks.note([refusal('a'), refusal('a', { at: '2026-03-01T12:00:05.000Z' })])
    expect((await get('/v1/nacks?node=a')).body).toEqual({
      items: [
        {
          proxy: 'stream-of-a',
          node: 'a',
          gateway: 'default/edge',
          type: 'lds',
          resources: [{ name: 'default/edge/http', version: '1' }],
          revision: 7,
          detail: 'address in use',
          firstAt: '2026-03-01T12:00:00.000Z',
          lastAt: '2026-03-01T12:00:05.000Z',
          count: 2,
        },
      ],
      next: null,
      total: 1,
    })
  })

  test('takes a gateway as node.cluster names it, a type as people call it, and a revision', async () => {
    await bed.store.nacks.note([
      refusal('b', { gateway: 'default/inner' }),
      refusal('b', { gateway: 'default/inner', typeUrl: RESOURCE_TYPES.cds, revision: 8 }),
    ])
    const types = async (query: string) =>
      (await get(`/v1/nacks?${query}`)).body.items.map((one: { type: string }) => one.type).sort()
    expect(await types('gateway=inner')).toEqual(['cds', 'lds'])
    expect(await types('gateway=default/inner&type=cds')).toEqual(['cds'])
    expect(await types('node=b&revision=7')).toEqual(['lds'])
    expect(await types('gateway=team/inner')).toEqual([])
  })

  test('gives pages, of which each begins behind the last one of the page before', async () => {
    const versions = ['1', '2', '3', '4', '5']
    await bed.store.nacks.note(
      versions.map(version => refusal('c', { resources: [{ name: 'default/edge/http', version }] })),
    )
    const seen: string[] = []
    let next = ''
    do {
      const { body } = await get(`/v1/nacks?node=c&limit=2${next && `&after=${next}`}`)
      expect(body.total).toBe(5)
      seen.push(...body.items.map((one: Nack) => one.resources[0]?.version))
      next = body.next ?? ''
    } while (next !== '')
    expect(seen.sort()).toEqual(versions)
  })

  test.each(['after=nonsense', 'after=MjAyNiBh', 'type=sds', 'limit=0', 'sort=node'])(
    'with %s is refused',
    async query => {
      const { status, body } = await get(`/v1/nacks?${query}`)
      expect(status).toBe(400)
      expect(body.errors).toHaveLength(1)
    },
  )
})

test('a revision shows what proxies that were being served it refused', async () => {
  const { body } = await bed.call('PUT', '/v1/sources/east/topology', TOPOLOGY)
  const { revision } = body
  await bed.store.nacks.note([refusal('d', { revision }), refusal('e', { revision: revision - 1 })])
  const shown = await get(`/v1/revisions/${revision}`)
  expect(shown.body).toMatchObject({ revision, nacks: [{ node: 'd', detail: 'address in use' }] })
})

describe('a source', () => {
  const nacked = (id: string, typeUrl: string, ...resources: string[]) =>
    proxyStatus(id, {
      types: [
        {
          typeUrl,
          status: 'NACK',
          wildcard: true,
          names: 0,
          sent: 1,
          acked: 0,
          held: 0,
          rejected: { detail: 'no', resources, at: `2026-03-01T12:00:0${id}.000Z` },
        },
      ],
    })
  const nacksOf = async (source: string) => {
    const { body } = await get(`/v1/sources/${source}`)
    return body.nacks.map((one: { type: string; resources: string[] }) => `${one.type} ${one.resources}`)
  }

  test('is told what proxies refuse of what it pushed: clusters, listeners, routes', async () => {
    await bed.call('PUT', '/v1/sources/east/snapshot', { topology: TOPOLOGY, routes: {} })
    const { gateways } = ROUTES
    await bed.call('PUT', '/v1/sources/west/routes', { gateways })
    const { routes } = ROUTES
    await bed.call('PUT', '/v1/sources/north/routes', { routes })
    bed.proxies.all = [
      nacked('1', RESOURCE_TYPES.cds, 'default/backend/3000', 'default/other/80'),
      nacked('2', RESOURCE_TYPES.lds, 'default/edge/http'),
      nacked('3', RESOURCE_TYPES.rds, 'default/edge/http'),
      // Words that name nothing: it is not known whose it is.
      nacked('4', RESOURCE_TYPES.eds),
    ]
    expect(await nacksOf('east')).toEqual(['cds default/backend/3000'])
    expect(await nacksOf('west')).toEqual(['rds default/edge/http', 'lds default/edge/http'])
    expect(await nacksOf('north')).toEqual(['rds default/edge/http'])
    expect((await get('/v1/sources/west')).body.nacks[1]).toEqual({
      proxy: '2',
      node: 'node-2',
      gateway: 'default/edge',
      type: 'lds',
      resources: ['default/edge/http'],
      detail: 'no',
      at: '2026-03-01T12:00:02.000Z',
    })
  })

  test('is told nothing when nothing is refused any more', async () => {
    await bed.call('PUT', '/v1/sources/east/topology', TOPOLOGY)
    expect(await nacksOf('east')).toEqual([])
  })
})

describe('what is under quarantine', () => {
  const refused = {
    gateway: 'default/edge',
    typeUrl: RESOURCE_TYPES.cds,
    name: 'default/backend/3000',
    version: '2',
    detail: 'no',
  }
  const shown = {
    gateway: 'default/edge',
    type: 'cds',
    name: 'default/backend/3000',
    version: '2',
    detail: 'no',
    lastGood: null,
  }

  test('is shown on the revision that brought it, and on the source that it is of', async () => {
    const { body } = await bed.call('PUT', '/v1/sources/east/topology', TOPOLOGY)
    await bed.call('PUT', '/v1/sources/west/topology', {})
    const { revision } = body
    const upsert = [quarantineEntry({ ...refused, revision })]
    await bed.store.control({ cause: 'quarantine', source: null, author: 'vicinity', upsert, remove: [] })
    await waitUntil('the row to be here', () => bed.replica.world().quarantines.size > 0)
    expect((await get(`/v1/revisions/${revision}`)).body.quarantined).toEqual([{ ...shown, revision }])
    expect((await get(`/v1/revisions/${revision + 1}`)).body.quarantined).toEqual([])
    expect((await get('/v1/sources/east')).body.quarantined).toEqual([{ ...shown, revision }])
    expect((await get('/v1/sources/west')).body.quarantined).toEqual([])
    await bed.store.control({
      cause: 'release',
      source: null,
      author: 'vicinity',
      upsert: [],
      remove: upsert,
    })
  })
})
