import { beforeEach, describe, expect, test } from 'vitest'
import type { HeldType } from '../../src/model/held-resources.ts'
import { RESOURCE_TYPES } from '../../src/model/resource-types.ts'
import { TYPE_URLS } from '../../src/proto/type-urls.ts'
import { fromRest } from '../../src/translate/config-source.ts'
import { jsonResource } from '../../src/translate/resource.ts'
import { proxyStatus, shareTestbed } from './rest-testbed.ts'
import { ROUTES, services, TOPOLOGY } from './scenario.ts'

const bed = shareTestbed()

const { cds, eds, lds, rds } = RESOURCE_TYPES
const NAMES = { cds: 'default/backend/3000', eds: 'default/backend/3000', lds: 'default/edge/http' }

/** An Envoy's status that asks for everything, as another replica tells it. */
function envoy(id: string, revision: number, more: object = {}) {
  const type = (typeUrl: string, wildcard: boolean, rest: object = {}) => {
    const counts = { names: wildcard ? 0 : 1, sent: 1, acked: 1, held: 0 }
    return { typeUrl, status: 'SYNCED' as const, wildcard, ...counts, ...rest }
  }
  const types = [type(cds, true), type(eds, false), type(lds, true), type(rds, false)]
  return proxyStatus(id, { revision, types, ...more })
}

async function pushed(): Promise<number> {
  const { body } = await bed.call('PUT', '/v1/sources/east/snapshot', { topology: TOPOLOGY, routes: ROUTES })
  await bed.replica.reached(body.revision)
  return body.revision
}

async function resources(query: string, id = 'p1') {
  const { status, body } = await bed.call('GET', `/v1/proxies/${id}/config${query}`)
  expect(status).toBe(200)
  return body
}

test('the types of resources that people name are those that proxies are sent', () => {
  expect(Object.values(RESOURCE_TYPES).toSorted()).toEqual(Object.values(TYPE_URLS).toSorted())
})

describe('of a proxy that is connected to another replica', () => {
  let revision: number
  beforeEach(async () => {
    revision = await pushed()
    bed.proxies.all = [envoy('p1', revision)]
  })

  test('is worked out from the revision that it has answered, as Envoy JSON', async () => {
    const body = await resources('')
    expect(body).toMatchObject({
      proxy: 'p1',
      node: 'node-p1',
      gateway: 'default/edge',
      revision,
      exact: false,
    })
    const version = expect.stringMatching(/^[0-9a-f]{24}$/)
    const shown = { status: 'SYNCED', version }
    expect(body.resources).toEqual([
      { type: 'lds', name: NAMES.lds, ...shown, message: expect.objectContaining({ '@type': lds }) },
      { type: 'rds', name: NAMES.lds, ...shown, message: expect.objectContaining({ '@type': rds }) },
      { type: 'cds', name: NAMES.cds, ...shown, message: expect.objectContaining({ '@type': cds }) },
      { type: 'eds', name: NAMES.eds, ...shown, message: expect.objectContaining({ '@type': eds }) },
    ])
    const assignment = body.resources.at(-1).message
    expect(assignment.endpoints.map((one: { priority?: number }) => one.priority ?? 0)).toEqual([0, 1])
  })

  test('is shown of one type or name alone, and without messages', async () => {
    const body = await resources('?type=eds&type=cds&contents=false')
    expect(body.resources.map(Object.keys)).toEqual(
      Array.from({ length: 2 }, () => ['type', 'name', 'status', 'version']),
    )
    const named = await resources(`?name=${encodeURIComponent(NAMES.lds)}&contents=false`)
    expect(named.resources.map((one: { type: string }) => one.type)).toEqual(['lds', 'rds'])
  })

  test('has of what it refused nothing that is known', async () => {
    const rejected = { detail: 'no', resources: [NAMES.cds], at: '2026-01-01T00:00:00.000Z' }
    const [first, ...rest] = envoy('p1', revision).types
    bed.proxies.all = [{ ...envoy('p1', revision), types: [{ ...first, rejected } as never, ...rest] }]
    const body = await resources('?type=cds')
    expect(body.resources[0]).toMatchObject({ status: 'NACK', version: null, message: null })
    expect(body.resources[0].offered.message).toMatchObject({ name: NAMES.cds })
  })

  test('asks for no type that it is not subscribed to', async () => {
    const types = envoy('p1', revision).types.filter(one => one.typeUrl === eds || one.typeUrl === cds)
    bed.proxies.all = [{ ...envoy('p1', revision), types }]
    const { resources: all } = await resources('?contents=false')
    expect(all.map((one: { type: string }) => one.type)).toEqual(['cds', 'eds'])
  })

  test('tells an Envoy without ADS where the rest comes from, as its status says it', async () => {
    const configSource = fromRest({ cluster: 'control', refreshDelay: 7 }).json
    bed.proxies.all = [envoy('p1', revision, { form: 'rest', configSource })]
    const { resources: all } = await resources('?type=cds')
    expect(all[0].message.edsClusterConfig.edsConfig).toEqual(configSource)
  })

  test('is not known of a gRPC client: it asks for what it wants by name, and tells its own replica alone', async () => {
    bed.proxies.all = [envoy('p1', revision, { kind: 'grpc' })]
    const answer = await bed.call('GET', '/v1/proxies/p1/config')
    expect(answer).toMatchObject({ status: 404, body: { detail: expect.stringContaining('ask replica-1') } })
  })

  test('is of the revision that it has answered, although there are later ones', async () => {
    const later = {
      services: [{ ...TOPOLOGY.services[0], trafficDistribution: undefined }],
      zones: TOPOLOGY.zones,
    }
    const before = await resources('?type=eds')
    const { body } = await bed.call('PUT', '/v1/sources/east/topology', later)
    await bed.replica.reached(body.revision)
    expect(await resources('?type=eds')).toEqual(before)
    bed.proxies.all = [envoy('p1', body.revision)]
    const after = await resources('?type=eds')
    expect(after.resources[0].version).not.toBe(before.resources[0].version)
  })
})

test('of a proxy of this replica is what was sent and answered on its stream', async () => {
  const revision = await pushed()
  const cluster = (timeout: string) => {
    const { version, encoded } = jsonResource(cds, 'c', { name: 'c', connectTimeout: timeout }, [])
    return { version, encoded }
  }
  const [has, offered] = [cluster('1s'), cluster('2s')]
  const held: HeldType[] = [
    {
      typeUrl: cds,
      wildcard: true,
      resources: [
        { name: 'c', status: 'STALE', has, offered },
        { name: 'old', status: 'STALE', has: { version: 'v0' } },
      ],
    },
    { typeUrl: eds, wildcard: false, resources: [{ name: 'gone', status: 'MISSING' }] },
  ]
  bed.proxies.all = [envoy('p1', revision)]
  bed.proxies.holdings.set('p1', held)
  const body = await resources('')
  const message = { '@type': cds, name: 'c', connectTimeout: '1s' }
  expect(body).toMatchObject({ exact: true, revision })
  expect(body.resources).toEqual([
    {
      type: 'cds',
      name: 'c',
      status: 'STALE',
      version: has.version,
      message,
      offered: { version: offered.version, message: { ...message, connectTimeout: '2s' } },
    },
    { type: 'cds', name: 'old', status: 'STALE', version: 'v0', message: null },
    { type: 'eds', name: 'gone', status: 'MISSING', version: null, message: null },
  ])
})

describe('a revision', () => {
  test('tells what a proxy would have had then, without saying how that stands with it', async () => {
    const first = await pushed()
    const { body } = await bed.call('PUT', '/v1/sources/east/topology', services('other'))
    await bed.replica.reached(body.revision)
    bed.proxies.all = [envoy('p1', body.revision)]
    expect((await resources('?type=cds&type=eds')).resources).toEqual([])
    const then = await resources(`?revision=${first}&type=cds&contents=false`)
    expect(then).toMatchObject({ revision: first, exact: false })
    const version = expect.any(String)
    expect(then.resources).toEqual([{ type: 'cds', name: NAMES.cds, version }])
  })

  test('two of them differ in the resources that came, changed and went', async () => {
    const from = await pushed()
    const [backend] = TOPOLOGY.services
    const moved = {
      ...backend,
      endpoints: [{ name: 'new', address: '127.0.0.1', port: 9003, zone: 'zone-a' }],
    }
    await bed.call('PUT', '/v1/sources/east/topology', { ...TOPOLOGY, services: [moved] })
    const { body } = await bed.call('PUT', '/v1/sources/east/routes', { gateways: ROUTES.gateways })
    await bed.replica.reached(body.revision)
    bed.proxies.all = [envoy('p1', body.revision)]
    const diff = async (query: string) => (await bed.call('GET', `/v1/proxies/p1/config/diff${query}`)).body
    const change = (one: { type: string; change: string }) => `${one.type} ${one.change}`

    const all = await diff(`?from=${from}`)
    expect(all).toMatchObject({ proxy: 'p1', node: 'node-p1', from, to: from + 2 })
    expect(all.changes.map(change)).toEqual(['rds updated', 'cds removed', 'eds removed'])
    const endpoints = await diff(`?from=${from}&to=${from + 1}`)
    expect(endpoints.changes.map(change)).toEqual(['eds updated'])
    const [{ before, after }] = endpoints.changes
    expect([before.endpoints.length, after.endpoints.length]).toEqual([2, 1])
    const first = await diff(`?from=0&to=${from}&type=lds`)
    expect(first.changes.map(change)).toEqual(['lds added'])
    expect(await diff(`?from=${from}&to=${from}`)).toMatchObject({ changes: [] })
  })
})

test.each([
  ['of a proxy that is not connected', 'nobody/config', 404],
  ['of one that is not, between revisions', 'nobody/config/diff?from=1', 404],
  ['at a revision yet to come', 'p1/config?revision=100000', 404],
  ['from a revision yet to come', 'p1/config/diff?from=100000', 404],
  ['of a type that there is not', 'p1/config?type=sds', 400],
  ['between revisions of which none is given', 'p1/config/diff', 400],
])('a configuration %s is refused', async (_, path, status) => {
  await pushed()
  bed.proxies.all = [envoy('p1', 1)]
  const answer = await bed.call('GET', `/v1/proxies/${path}`)
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toContain('problem+json')
})

test('a configuration of a revision that retention took is 410', async () => {
  const first = await pushed()
  const { body } = await bed.call('PUT', '/v1/sources/east/topology', services('other'))
  await bed.store.retain({ topology: -1000, routes: -1000 })
  bed.proxies.all = [envoy('p1', body.revision)]
  const answer = await bed.call('GET', `/v1/proxies/p1/config?revision=${first}`)
  expect(answer).toMatchObject({
    status: 410,
    body: { detail: expect.stringContaining('history is kept from') },
  })
})
