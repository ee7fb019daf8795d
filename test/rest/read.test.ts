import { describe, expect, test } from 'vitest'
import { openTestbed, proxyStatus } from './rest-testbed.ts'
import { ROUTES, services, TOPOLOGY } from './scenario.ts'

const TOPOLOGY_PATH = '/v1/sources/east/topology'

describe('GET of a part', () => {
  test('gives what was pushed, in the form in which it can be pushed again', async () => {
    const { call } = await openTestbed()
    const { body: put } = await call('PUT', TOPOLOGY_PATH, TOPOLOGY)
    const { body, headers } = await call('GET', TOPOLOGY_PATH)
    expect(body).toEqual({ nodes: [], ...TOPOLOGY })
    expect(headers.get('etag')).toBe(`"${put.digest}"`)
    expect(headers.get('vicinity-revision')).toBe('1')
    expect((await call('PUT', TOPOLOGY_PATH, body)).body.unchanged).toBe(true)
  })

  test('lists entries sorted, whatever order they were pushed in', async () => {
    const { call } = await openTestbed()
    await call('PUT', TOPOLOGY_PATH, services('zebra', 'ant', 'mole'))
    const { body } = await call('GET', TOPOLOGY_PATH)
    expect(body.services.map((one: { name: string }) => one.name)).toEqual(['ant', 'mole', 'zebra'])
  })

  test('of an old revision gives it as it was', async () => {
    const { call } = await openTestbed()
    const first = await call('PUT', TOPOLOGY_PATH, services('one'))
    await call('PUT', TOPOLOGY_PATH, services('two'))
    const old = await call('GET', `${TOPOLOGY_PATH}?revision=1`)
    expect(old.body.services[0].name).toBe('one')
    expect(old.headers.get('etag')).toBe(first.headers.get('etag'))
  })

  test('is answered 304 where the reader has it already', async () => {
    const { call } = await openTestbed()
    const etag = (await call('PUT', TOPOLOGY_PATH, TOPOLOGY)).headers.get('etag') ?? ''
    const again = await call('GET', TOPOLOGY_PATH, undefined, { 'If-None-Match': `"other", W/${etag}` })
    expect(again).toMatchObject({ status: 304, body: '' })
    expect(again.headers.get('etag')).toBe(etag)
    expect((await call('GET', TOPOLOGY_PATH, undefined, { 'If-None-Match': '"other"' })).status).toBe(200)
  })

  test('that was never pushed, or of a revision yet to come, is 404', async () => {
    const { call } = await openTestbed()
    expect((await call('GET', TOPOLOGY_PATH)).status).toBe(404)
    expect((await call('GET', '/v1/sources/east/snapshot')).status).toBe(404)
    await call('PUT', TOPOLOGY_PATH, TOPOLOGY)
    expect((await call('GET', '/v1/sources/east/routes')).status).toBe(404)
    expect((await call('GET', `${TOPOLOGY_PATH}?revision=2`)).status).toBe(404)
  })

  test('that retention took is 410', async () => {
    const { call, store } = await openTestbed()
    await call('PUT', TOPOLOGY_PATH, services('one'))
    await call('PUT', TOPOLOGY_PATH, services('two'))
    await store.retain({ topology: -1000, routes: -1000 })
    expect(await call('GET', `${TOPOLOGY_PATH}?revision=1`)).toMatchObject({
      status: 410,
      body: { detail: expect.stringContaining('kept from revision 2 on') },
    })
    expect((await call('GET', '/v1/revisions/1/diff')).status).toBe(410)
    expect((await call('POST', '/v1/revisions/1/restore', { part: 'topology' })).status).toBe(410)
  })

  test('that is large comes in pieces that together are the document', async () => {
    const { call, app } = await openTestbed()
    const names = Array.from({ length: 1_000 }, (_, index) => `service-${String(index).padStart(4, '0')}`)
    const document = { services: names.map(name => ({ name, ports: [{ port: 80 }], endpoints: [] })) }
    const { body: put } = await call('PUT', TOPOLOGY_PATH, document)
    const response = await app.request(TOPOLOGY_PATH)
    let pieces = 0
    for await (const _ of response.body ?? []) pieces += 1
    expect(pieces).toBeGreaterThan(1)
    const read = await call('GET', TOPOLOGY_PATH)
    expect(read.body.services).toHaveLength(1_000)
    expect((await call('PUT', '/v1/sources/west/topology', read.body)).body.digest).toBe(put.digest)
  })
})

describe('history', () => {
  async function threeRevisions() {
    const testbed = await openTestbed()
    await testbed.call('PUT', TOPOLOGY_PATH, services('one'))
    await testbed.call('PUT', '/v1/sources/west/topology', services('other'))
    await testbed.call('PUT', TOPOLOGY_PATH, services('one', 'two'))
    return testbed
  }

  test('lists revisions newest first, by pages', async () => {
    const { call } = await threeRevisions()
    const first = await call('GET', '/v1/revisions?limit=2')
    expect(first.body.items.map((one: { revision: number }) => one.revision)).toEqual([3, 2])
    expect(first.body).toMatchObject({ next: '2', total: 3 })
    const last = await call('GET', `/v1/revisions?limit=2&after=${first.body.next}`)
    expect(last.body.items.map((one: { revision: number }) => one.revision)).toEqual([1])
    expect(last.body.next).toBeNull()
  })

  test('is filtered and sorted by the database', async () => {
    const { call } = await threeRevisions()
    const east = await call('GET', '/v1/revisions?filter=source=east&filter=cause=push&sort=revision')
    expect(east.body.items.map((one: { revision: number }) => one.revision)).toEqual([1, 3])
    expect(east.body.total).toBe(2)
    expect((await call('GET', '/v1/revisions?filter=source~ea')).status).toBe(400)
    expect((await call('GET', '/v1/revisions?filter=cause=magic')).status).toBe(400)
  })

  test('tells who pushed what and when', async () => {
    const { call } = await threeRevisions()
    expect((await call('GET', '/v1/revisions/3')).body).toMatchObject({
      revision: 3,
      source: 'east',
      part: 'topology',
      cause: 'push',
      author: 'anonymous',
      createdAt: expect.stringMatching(/Z$/),
      changed: { added: 2, updated: 0, removed: 0 },
    })
    expect((await call('GET', '/v1/revisions/4')).status).toBe(404)
  })

  test('shows what changed, before and after', async () => {
    const { call } = await threeRevisions()
    const { body } = await call('GET', '/v1/revisions/3/diff')
    expect(body).toMatchObject({ from: 2, to: 3, next: null, total: 2 })
    expect(body.items[1]).toEqual({
      source: 'east',
      kind: 'Service',
      namespace: 'default',
      name: 'two',
      change: 'added',
      before: null,
      after: { namespace: 'default', name: 'two', ports: [{ port: 80 }] },
    })
    const all = await call('GET', '/v1/revisions/3/diff?from=0&source=east&filter=kind=Endpoints')
    expect(all.body.items.map((one: { name: string }) => one.name)).toEqual(['one', 'two'])
  })
})

describe('lists', () => {
  test('of sources tell what each has pushed', async () => {
    const { call } = await openTestbed()
    await call('PUT', TOPOLOGY_PATH, TOPOLOGY)
    const { body } = await call('GET', '/v1/sources')
    expect(body).toMatchObject({ total: 1, next: null })
    expect(body.items[0]).toMatchObject({
      source: 'east',
      created: 1,
      parts: [{ part: 'topology', entries: 4 }],
    })
    expect((await call('GET', '/v1/sources/east')).body).toEqual({
      ...body.items[0],
      nacks: [],
      quarantined: [],
    })
    expect((await call('GET', '/v1/sources/west')).status).toBe(404)
  })

  test('of services are merged over sources, paged, sorted and filtered', async () => {
    const { call } = await openTestbed()
    await call('PUT', TOPOLOGY_PATH, services('a', 'b', 'c'))
    await call('PUT', '/v1/sources/west/topology', services('b'))
    const page = await call('GET', '/v1/services?limit=2&sort=-name')
    expect(page.body.items.map((one: { name: string }) => one.name)).toEqual(['c', 'b'])
    expect(page.body.items[1]).toMatchObject({
      sources: ['east', 'west'],
      ports: [{ port: 80, cluster: 'default/b/80' }],
      conflicts: [],
    })
    const rest = await call('GET', `/v1/services?limit=2&sort=-name&after=${page.body.next}`)
    expect(rest.body.items.map((one: { name: string }) => one.name)).toEqual(['a'])
    expect((await call('GET', '/v1/services?filter=source=west')).body.total).toBe(1)
  })

  test('refuse a cursor of another order, an unknown field and a limit out of range, all at once', async () => {
    const { call } = await openTestbed()
    await call('PUT', TOPOLOGY_PATH, services('a', 'b'))
    const { next } = (await call('GET', '/v1/services?limit=1')).body
    const wrong = await call('GET', `/v1/services?after=${next}&sort=colour&filter=taste=sweet`)
    expect(wrong.status).toBe(400)
    expect(wrong.body.errors.map((one: { pointer: string }) => one.pointer)).toEqual([
      '/filter',
      '/sort',
      '/after',
    ])
    expect((await call('GET', '/v1/services?limit=1001')).status).toBe(400)
    expect((await call('GET', '/v1/services?limit=0')).status).toBe(400)
  })

  test('of proxies can be asked for by node, gateway and zone', async () => {
    const { call, proxies } = await openTestbed()
    const zoneB = { region: 'r1', zone: 'zone-b', subZone: '', node: '', source: '', network: '' }
    proxies.all = [
      proxyStatus('1'),
      proxyStatus('2', { viewpoint: zoneB }),
      proxyStatus('3', { gateway: 'team/edge' }),
    ]
    const ids = async (query: string) =>
      (await call('GET', `/v1/proxies?${query}`)).body.items.map((one: { id: string }) => one.id)
    expect(await ids('')).toEqual(['1', '2', '3'])
    expect(await ids('zone=zone-b')).toEqual(['2'])
    expect(await ids('gateway=edge&node=node-1')).toEqual(['1'])
    expect(await ids('gateway=team/edge')).toEqual(['3'])
    expect((await call('GET', '/v1/proxies/2')).body.viewpoint).toEqual(zoneB)
    expect((await call('GET', '/v1/proxies/9')).status).toBe(404)
  })
})

describe('the assignment of a service', () => {
  const PATH = '/v1/services/default/backend/assignment'

  test('is what was just pushed, with a reason for each endpoint', async () => {
    const { call } = await openTestbed()
    await call('PUT', TOPOLOGY_PATH, TOPOLOGY)
    const { body } = await call('GET', `${PATH}?zone=zone-a`)
    expect(body).toEqual({
      service: 'default/backend',
      port: 3000,
      revision: 1,
      viewpoint: { region: 'r1', zone: 'zone-a' },
      mode: 'PreferSameZone',
      rule: 'trafficDistribution PreferSameZone of source east, revision 1',
      notes: [],
      endpoints: [
        {
          name: 'local',
          address: '127.0.0.1',
          port: 9001,
          region: 'r1',
          zone: 'zone-a',
          node: 'node-1',
          source: 'east',
          chosen: true,
          priority: 0,
          weight: 1,
          share: 1,
          reason: "in the proxy's zone",
          revision: 1,
        },
        expect.objectContaining({ name: 'nonlocal', chosen: false, priority: 1, share: 0 }),
      ],
    })
  })

  test('of an old revision is what it was', async () => {
    const { call } = await openTestbed()
    await call('PUT', TOPOLOGY_PATH, TOPOLOGY)
    await call('PUT', TOPOLOGY_PATH, services('backend'))
    const old = await call('GET', `${PATH}?zone=zone-b&revision=1`)
    expect(old.body).toMatchObject({ revision: 1, mode: 'PreferSameZone', viewpoint: { region: 'r1' } })
    expect((await call('GET', `${PATH}?zone=zone-b`)).body).toMatchObject({
      revision: 2,
      mode: 'ClusterWide',
    })
    expect((await call('GET', `${PATH}?revision=3`)).status).toBe(404)
  })

  test('says of each setting who set it, and reads nodes and defaults of an old revision too', async () => {
    const { call } = await openTestbed()
    const endpoints = [{ address: '10.0.0.1', port: 80, zone: 'zone-a' }]
    const services = [
      { name: 'backend', topologyMode: 'Auto', endpoints, locality: { minEndpoints: 2, distribute: [] } },
    ]
    const defaults = { locality: { minEndpoints: 5, failover: 'none' } }
    const pushed = { defaults, nodes: [{ name: 'n1', zone: 'zone-a' }], services }
    await call('PUT', TOPOLOGY_PATH, pushed)
    expect((await call('GET', TOPOLOGY_PATH)).body).toMatchObject({ defaults })
    const now = await call('GET', `${PATH}?zone=zone-a`)
    expect(now.body).toMatchObject({
      mode: 'Auto',
      notes: ['Auto is off: the CPUs of node n1 are not known'],
      settings: {
        minEndpoints: { value: 2, origin: 'source east, revision 1' },
        failover: { value: 'none', origin: 'the defaults of source east, revision 1' },
        distribute: { value: [], origin: 'source east, revision 1' },
      },
    })
    const remove = [
      { kind: 'Defaults', name: 'defaults' },
      { kind: 'Node', name: 'n1' },
    ]
    expect((await call('PATCH', TOPOLOGY_PATH, { remove })).body.changed).toMatchObject({ removed: 2 })
    expect((await call('GET', `${PATH}?zone=zone-a`)).body.settings).not.toHaveProperty('failover')
    expect((await call('GET', `${PATH}?zone=zone-a&revision=1`)).body).toEqual(now.body)
    expect((await call('GET', TOPOLOGY_PATH)).body).not.toHaveProperty('defaults')
  })

  test("says of each endpoint which revision wrote its source's endpoints, now and of old", async () => {
    const { call } = await openTestbed()
    await call('PUT', TOPOLOGY_PATH, TOPOLOGY)
    const west = (...addresses: string[]) => {
      const endpoints = addresses.map(address => ({ name: address, address, port: 9003 }))
      return { services: [{ name: 'backend', ports: [{ port: 3000 }], endpoints }] }
    }
    await call('PUT', '/v1/sources/west/topology', west('10.0.0.3'))
    const upsert = { services: [{ ...TOPOLOGY.services[0], trafficDistribution: 'PreferClose' }] }
    expect((await call('PATCH', TOPOLOGY_PATH, { upsert })).body).toMatchObject({ revision: 3 })
    await call('PUT', '/v1/sources/west/topology', west('10.0.0.3', '10.0.0.4'))
    const revisionsAt = async (query = '') => {
      const { body } = await call('GET', `${PATH}?zone=zone-a${query}`)
      return Object.fromEntries(body.endpoints.map((one: Record<string, string>) => [one.name, one.revision]))
    }
    expect(await revisionsAt()).toEqual({ local: 1, nonlocal: 1, '10.0.0.3': 4, '10.0.0.4': 4 })
    expect(await revisionsAt('&revision=3')).toEqual({ local: 1, nonlocal: 1, '10.0.0.3': 2 })
  })

  test('needs a port where there are several, and says which', async () => {
    const { call } = await openTestbed()
    const ports = [
      { name: 'http', port: 80 },
      { name: 'admin', port: 81 },
    ]
    const endpoints = [{ address: '10.0.0.1', ports: { http: 8080, admin: 8081 } }]
    await call('PUT', TOPOLOGY_PATH, { services: [{ name: 'backend', ports, endpoints }] })
    const without = await call('GET', PATH)
    expect(without).toMatchObject({ status: 400, body: { errors: [{ pointer: '/port' }] } })
    expect((await call('GET', `${PATH}?port=81`)).body.endpoints[0].port).toBe(8081)
    expect((await call('GET', `${PATH}?port=82`)).status).toBe(404)
    expect((await call('GET', '/v1/services/default/nobody/assignment')).status).toBe(404)
  })
})

describe('a service that its source keeps to itself', () => {
  const PATH = '/v1/services/default/a'
  const scoped = (...names: string[]) => ({
    services: services(...names).services.map(one => ({ ...one, scope: 'source' })),
  })
  const shown = (items: { name: string; scope?: string; sources: string[] }[]) =>
    items.map(one => [one.name, one.scope, one.sources])

  test('is listed beside the fleet’s of that name, each once, on whatever pages', async () => {
    const { call } = await openTestbed()
    await call('PUT', TOPOLOGY_PATH, scoped('a'))
    await call('PUT', '/v1/sources/west/topology', scoped('a'))
    await call('PUT', '/v1/sources/north/topology', services('a', 'a-b'))
    const first = await call('GET', '/v1/services?limit=2')
    const last = await call('GET', `/v1/services?limit=2&after=${first.body.next}`)
    expect(shown([...first.body.items, ...last.body.items])).toEqual([
      ['a', undefined, ['north']],
      ['a', 'source', ['east']],
      ['a', 'source', ['west']],
      ['a-b', undefined, ['north']],
    ])
    expect((await call('GET', '/v1/services?filter=scope=source')).body.total).toBe(2)
  })

  test('is what its source sees; everybody else sees the fleet’s', async () => {
    const { call } = await openTestbed()
    await call('PUT', TOPOLOGY_PATH, scoped('a'))
    await call('PUT', '/v1/sources/west/topology', services('a'))
    const sources = async (query: string) => {
      const [service, assignment] = [
        await call('GET', PATH + query),
        await call('GET', `${PATH}/assignment${query}`),
      ]
      return [service.body.sources, assignment.body.endpoints.map((one: { source: string }) => one.source)]
    }
    expect(await sources('')).toEqual([['west'], ['west']])
    expect(await sources('?source=east')).toEqual([['east'], ['east']])
    expect(await sources('?source=south')).toEqual([['west'], ['west']])
    await call('PUT', TOPOLOGY_PATH, services('a'))
    expect(await sources('?source=east')).toEqual([['east', 'west'], ['east']])
    const old = await call('GET', `${PATH}/assignment?source=east&revision=1`)
    expect(old.body).toMatchObject({ viewpoint: { source: 'east' }, endpoints: [{ source: 'east' }] })
  })

  test('needs no source to be asked for while it is the only one, and then one of them', async () => {
    const { call } = await openTestbed()
    await call('PUT', TOPOLOGY_PATH, scoped('a'))
    expect((await call('GET', PATH)).body).toMatchObject({ scope: 'source', sources: ['east'] })
    expect((await call('GET', `${PATH}/assignment`)).body).toMatchObject({ viewpoint: { source: 'east' } })
    await call('PUT', '/v1/sources/west/topology', scoped('a'))
    for (const path of [PATH, `${PATH}/assignment`]) {
      expect(await call('GET', path)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/source', detail: 'is needed: one of east, west' }] },
      })
      expect((await call('GET', `${path}?source=west`)).status).toBe(200)
      expect(await call('GET', `${path}?source=north`)).toMatchObject({
        status: 404,
        body: { detail: expect.stringContaining('is kept by its scope to sources east, west') },
      })
    }
  })
})

describe('a service of one name in two groups', () => {
  const PATH = '/v1/services/default/a'
  const open = async () => {
    const testbed = await openTestbed()
    await testbed.call('PUT', '/v1/sources/west/settings', { group: 'blue' })
    for (const source of ['east', 'west', 'north'])
      await testbed.call('PUT', `/v1/sources/${source}/topology`, services('a'))
    return testbed
  }

  test('is listed once for each, with the group that is not the default one', async () => {
    const { call } = await open()
    const { body } = await call('GET', '/v1/services')
    const shown = (items: { group?: string; sources: string[] }[]) =>
      items.map(one => [one.group, one.sources])
    expect(shown(body.items)).toEqual([
      [undefined, ['east', 'north']],
      ['blue', ['west']],
    ])
    expect(shown((await call('GET', '/v1/services?filter=group=blue')).body.items)).toEqual([
      ['blue', ['west']],
    ])
    expect((await call('GET', '/v1/services?filter=group=default')).body.total).toBe(1)
    const simulated = await call('POST', '/v1/simulations?limit=1', {})
    const second = await call('POST', `/v1/simulations?limit=1&after=${simulated.body.next}`, {})
    expect([simulated, second].map(one => one.body.items[0].group)).toEqual([undefined, 'blue'])
  })

  test('is that of the group of the source that is asked for, at every revision', async () => {
    const { call, store } = await open()
    const sources = async (query: string) => {
      const [one, assignment] = [
        await call('GET', PATH + query),
        await call('GET', `${PATH}/assignment${query}`),
      ]
      const given = assignment.body.endpoints.map((endpoint: { source: string }) => endpoint.source)
      return [one.body.sources, [...new Set(given)].sort()]
    }
    const before = await store.head()
    expect(await sources('?source=west')).toEqual([['west'], ['west']])
    expect(await sources('')).toEqual([['east', 'north'], ['east']])
    const moved = await call('PUT', '/v1/sources/east/settings', { group: 'blue' })
    expect(moved.body.revision).toBe(before + 1)
    expect((await sources('?source=west'))[0]).toEqual(['east', 'west'])
    expect((await sources(''))[0]).toEqual(['north'])
    const old = await call('GET', `${PATH}/assignment?source=west&revision=${before}`)
    expect(old.body.endpoints.map((one: { source: string }) => one.source)).toEqual(['west'])
  })

  test('needs a source to be asked for where none is of the default group', async () => {
    const { call } = await openTestbed()
    await call('PUT', '/v1/sources/east/settings', { group: 'blue' })
    await call('PUT', TOPOLOGY_PATH, services('a'))
    expect((await call('GET', PATH)).body).toMatchObject({ group: 'blue', sources: ['east'] })
    await call('PUT', '/v1/sources/west/topology', {
      services: services('a').services.map(one => ({ ...one, scope: 'source' })),
    })
    expect(await call('GET', PATH)).toMatchObject({
      status: 400,
      body: {
        detail: expect.stringContaining('is kept by its scope to source west, and to group blue'),
        errors: [{ pointer: '/source', detail: 'is needed: one of east, west' }],
      },
    })
  })
})

describe('restore', () => {
  test('brings back the routes of an old revision as a new one, and leaves the topology alone', async () => {
    const { call } = await openTestbed()
    await call('PUT', '/v1/sources/east/snapshot', { topology: services('one'), routes: ROUTES })
    await call('PUT', '/v1/sources/east/snapshot', { topology: services('two'), routes: {} })
    const restored = await call('POST', '/v1/revisions/1/restore')
    expect(restored.body).toMatchObject({ source: null, part: 'routes', revision: 3, changed: { added: 2 } })
    expect((await call('GET', '/v1/sources/east/routes')).body.routes).toHaveLength(1)
    expect((await call('GET', TOPOLOGY_PATH)).body.services[0].name).toBe('two')
    expect((await call('GET', '/v1/revisions/3')).body).toMatchObject({ cause: 'restore', restored: 1 })
  })

  test('of one source and part answers with its digest, and a dry run restores nothing', async () => {
    const { call, store } = await openTestbed()
    const first = await call('PUT', TOPOLOGY_PATH, services('one'))
    await call('PUT', TOPOLOGY_PATH, services('two'))
    const wanted = { source: 'east', part: 'topology' }
    const dry = await call('POST', '/v1/revisions/1/restore?dryRun=true', wanted)
    expect(dry.body).toMatchObject({ revision: null, changed: { added: 2, removed: 2 } })
    expect(await store.head()).toBe(2)
    const restored = await call('POST', '/v1/revisions/1/restore', wanted)
    expect(restored.headers.get('etag')).toBe(first.headers.get('etag'))
  })

  test('refuses what it does not know', async () => {
    const { call } = await openTestbed()
    await call('PUT', TOPOLOGY_PATH, services('one'))
    const path = '/v1/revisions/1/restore'
    expect((await call('POST', '/v1/revisions/2/restore')).status).toBe(404)
    expect((await call('POST', path, { source: 'nobody' })).status).toBe(404)
    expect((await call('POST', path, '{"part":')).status).toBe(400)
    const wrong = await call('POST', path, { part: 'all', force: true })
    expect(wrong.status).toBe(422)
    expect(wrong.body.errors).toHaveLength(2)
    expect((await call('POST', path, {}, { 'If-Match': '*' })).status).toBe(400)
  })
})

describe('DELETE of a source', () => {
  test('removes all that it pushed, as a revision', async () => {
    const { call } = await openTestbed()
    await call('PUT', '/v1/sources/east/snapshot', { topology: TOPOLOGY, routes: ROUTES })
    const dry = await call('DELETE', '/v1/sources/east?dryRun=true')
    expect(dry.body).toMatchObject({ revision: null, part: 'both', changed: { removed: 6 } })
    const gone = await call('DELETE', '/v1/sources/east')
    expect(gone.body).toMatchObject({
      source: 'east',
      revision: 2,
      changed: { added: 0, updated: 0, removed: 6 },
    })
    expect((await call('GET', TOPOLOGY_PATH)).status).toBe(404)
    expect((await call('GET', `${TOPOLOGY_PATH}?revision=1`)).status).toBe(200)
    expect((await call('DELETE', '/v1/sources/east')).status).toBe(404)
  })
})
