import { describe, expect, test } from 'vitest'
import { TYPE_URLS } from '../../src/proto/type-urls.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { openTestbed, type RestTestbed } from './rest-testbed.ts'

/** As Envoy 1.40 sends it, with extensions of types that nobody here knows. */
const NODE = {
  id: 'envoy-1',
  cluster: 'edge',
  locality: { region: 'r1', zone: 'zone-a' },
  user_agent_name: 'envoy',
  user_agent_build_version: {
    version: { major_number: 1, minor_number: 40 },
    metadata: { 'build.type': 'X' },
  },
  extensions: [{ name: 'x', category: 'y', typed: { '@type': 'type.googleapis.com/not.Known', a: [1] } }],
}
const CLUSTER = 'default/web/3000'
const LISTENER = 'default/edge/http'

const web = (...ports: number[]) =>
  topology(
    service('web', [...ports.map(port => ({ port })), { port: 9900, zone: 'zone-b' }], {
      trafficDistribution: 'PreferSameZone',
    }),
  )

/** A database with one service, one gateway and one route. */
async function openServedBed(): Promise<RestTestbed> {
  const bed = await openTestbed()
  await push(bed, 'topology', web(9001))
  const routes = [route('all', [toService('/', 'web')])]
  await push(bed, 'routes', { gateways: [gateway('edge', 8080)], routes })
  return bed
}

/** Resolves when it is served. */
async function push({ call, replica }: RestTestbed, part: string, document: object): Promise<void> {
  const { status, body } = await call('PUT', `/v1/sources/east/${part}`, document)
  expect(status).toBe(200)
  await replica.reached(body.revision)
}

function ask({ call }: RestTestbed, kind: string, request: object = {}) {
  return call('POST', `/v3/discovery:${kind}`, { node: NODE, ...request })
}

describe('POST /v3/discovery', () => {
  test('answers with all clusters and listeners, and with the endpoints and routes that are named', async () => {
    const bed = await openServedBed()
    const answers = {
      clusters: (await ask(bed, 'clusters')).body,
      listeners: (await ask(bed, 'listeners')).body,
      endpoints: (await ask(bed, 'endpoints', { resource_names: [CLUSTER] })).body,
      routes: (await ask(bed, 'routes', { resourceNames: [LISTENER] })).body,
    }
    const from = {
      apiConfigSource: { apiType: 'REST', clusterNames: ['vicinity'], refreshDelay: '1s' },
      resourceApiVersion: 'V3',
    }
    expect(answers).toMatchObject({
      clusters: {
        typeUrl: TYPE_URLS.cluster,
        controlPlane: { identifier: 'replica-1' },
        resources: [{ '@type': TYPE_URLS.cluster, name: CLUSTER, edsClusterConfig: { edsConfig: from } }],
      },
      listeners: { resources: [{ '@type': TYPE_URLS.listener, name: LISTENER }] },
      endpoints: {
        resources: [
          {
            '@type': TYPE_URLS.endpoints,
            clusterName: CLUSTER,
            endpoints: [{ locality: { region: 'r1', zone: 'zone-a' } }, { priority: 1 }],
          },
        ],
      },
      routes: { resources: [{ '@type': TYPE_URLS.routes, name: LISTENER }] },
    })
    expect(JSON.stringify(answers.listeners)).toContain('"rds":{"configSource":{"apiConfigSource"')
    expect(JSON.stringify(answers)).not.toContain('"ads"')
  })

  test('[S86] gives equal states the equal version and others another, and 304 to whoever brings it', async () => {
    const bed = await openServedBed()
    const endpoints = (node: object, version = '') =>
      ask(bed, 'endpoints', { node, version_info: version, resource_names: [CLUSTER] })
    const { versionInfo } = (await endpoints(NODE)).body
    const twin = { ...NODE, id: 'envoy-2' }
    expect((await endpoints(twin)).body.versionInfo).toBe(versionInfo)
    const neighbour = { ...NODE, locality: { zone: 'zone-b' } }
    expect((await endpoints(neighbour)).body.versionInfo).not.toBe(versionInfo)

    const same = await endpoints(NODE, versionInfo)
    expect(same).toMatchObject({ status: 304, body: '' })
    await push(bed, 'topology', web(9001, 9002))
    const changed = await endpoints(NODE, versionInfo)
    expect(changed.status).toBe(200)
    expect(changed.body.versionInfo).not.toBe(versionInfo)
    await push(bed, 'topology', web(9001))
    expect(await endpoints(NODE, changed.body.versionInfo)).toMatchObject({ body: { versionInfo } })
  })

  test('[M85] [M88] what is missing is not there, and holds back nothing', async () => {
    const bed = await openServedBed()
    const names = ['default/none/80', CLUSTER]
    const { body } = await ask(bed, 'endpoints', { resource_names: names })
    expect(body.resources.map((one: { clusterName: string }) => one.clusterName)).toEqual([CLUSTER])
    for (const [kind, request] of [
      ['endpoints', { resource_names: ['default/none/80'] }],
      ['endpoints', {}],
      ['routes', { resource_names: ['*'] }],
      ['clusters', { node: { ...NODE, cluster: 'nobody' } }],
    ] as const) {
      expect(await ask(bed, kind, request)).toMatchObject({ status: 200, body: { resources: [] } })
    }
  })

  test('[M84] clusters may be named, and "*" names them all', async () => {
    const bed = await openServedBed()
    const named = async (...names: string[]) =>
      (await ask(bed, 'clusters', { resource_names: names })).body.resources.length
    expect([await named('*'), await named(CLUSTER), await named('default/none/80')]).toEqual([1, 1, 0])
  })

  test('asks for endpoints and routes where, and as often as, the metadata of the node says', async () => {
    const bed = await openServedBed()
    const node = { ...NODE, metadata: { xdsCluster: 'x.example.com', refreshDelay: '7s' } }
    const { body } = await ask(bed, 'clusters', { node })
    expect(body.resources[0].edsClusterConfig.edsConfig.apiConfigSource).toMatchObject({
      clusterNames: ['x.example.com'],
      refreshDelay: '7s',
    })
  })

  test.each([
    ['no JSON', '{', []],
    ['a list', [], ['']],
    ['no node', { type_url: TYPE_URLS.cluster }, ['/node']],
    ['the type of another path', { node: NODE, type_url: TYPE_URLS.listener }, ['/type_url']],
    [
      'values that cannot be',
      {
        node: { id: 7, locality: [], metadata: 'x' },
        resource_names: [1],
        version_info: {},
        error_detail: 'x',
      },
      ['/node/id', '/node/locality', '/node/metadata', '/resource_names', '/version_info', '/error_detail'],
    ],
  ])('%s is a 400 that says what is wrong', async (_, body, pointers) => {
    const { call } = await openTestbed()
    const answer = await call('POST', '/v3/discovery:clusters', body)
    expect(answer).toMatchObject({ status: 400, body: { title: 'Bad Request' } })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    const found = answer.body.errors.map((one: { pointer: string }) => one.pointer)
    expect(found.sort()).toEqual([...pointers].sort())
  })

  test('[O102] fields that are not known, and null, are passed over', async () => {
    const bed = await openServedBed()
    const unknown = {
      resource_locators: [{ name: 'x' }],
      ttl: { a: 1 },
      error_detail: null,
      version_info: null,
    }
    expect(await ask(bed, 'clusters', { ...unknown, type_url: TYPE_URLS.cluster })).toMatchObject({
      status: 200,
    })
  })

  test.each([
    ['POST', '/v3/discovery:secrets', 404],
    ['POST', '/v3/discovery', 404],
    ['GET', '/v3/discovery:clusters', 405],
  ])('%s %s is %i', async (method, path, status) => {
    const { call } = await openTestbed()
    expect(await call(method, path, method === 'POST' ? { node: NODE } : undefined)).toMatchObject({ status })
  })

  test('a body above 4 MiB is a 413', async () => {
    const { call } = await openTestbed()
    const body = { node: NODE, resource_names: ['x'.repeat(4 * 1024 * 1024)] }
    expect(await call('POST', '/v3/discovery:endpoints', body)).toMatchObject({ status: 413 })
  })

  test('[M66] whoever has no token is answered nothing, and who may not ask as this node is told so', async () => {
    const guarded = await openTestbed({ adminToken: 'secret' })
    expect(await ask(guarded, 'clusters')).toMatchObject({ status: 401 })
    const refusing = await openTestbed({ unauthorized: 'not your gateway' })
    expect(await ask(refusing, 'clusters')).toMatchObject({
      status: 403,
      body: { detail: 'not your gateway' },
    })
    expect(refusing.polled.list()).toEqual([])
  })

  test('who asks stands among the proxies, with what he was sent and has taken', async () => {
    const bed = await openServedBed()
    const { versionInfo } = (await ask(bed, 'clusters')).body
    const expected = {
      node: 'envoy-1',
      form: 'rest',
      configSource: { apiConfigSource: { apiType: 'REST' } },
      gateway: 'default/edge',
      viewpoint: { region: 'r1', zone: 'zone-a' },
      userAgent: 'envoy 1.40.0',
      warnings: [],
    }
    const type = { typeUrl: TYPE_URLS.cluster, wildcard: true, sent: 1, held: 0 }
    expect(bed.polled.list()).toMatchObject([{ ...expected, synced: false, types: [{ ...type, acked: 0 }] }])
    await ask(bed, 'clusters', { version_info: versionInfo })
    expect(bed.polled.list()).toMatchObject([
      { ...expected, synced: true, revision: bed.replica.world().revision, types: [{ ...type, acked: 1 }] },
    ])
  })

  test('says of metadata that cannot be, and takes what is usual', async () => {
    const bed = await openServedBed()
    await ask(bed, 'clusters', { node: { ...NODE, metadata: { refreshDelay: '1ms', xdsCluster: 7 } } })
    expect(bed.polled.list()[0]?.warnings).toEqual([
      'node.metadata.refreshDelay must be whole seconds, "1s" to "300s"',
      'node.metadata.xdsCluster must be the name of a cluster of the bootstrap',
    ])
  })
})

describe('a database without any revision', () => {
  const CASES = [
    [false, '', 200],
    [false, 'from-before', 304],
    [true, 'from-before', 200],
  ] as const
  test.each(CASES)(
    '[M63] with allowEmpty %s answers who brings the version "%s" with %i',
    async (allowEmpty, version, status) => {
      const bed = await openTestbed({ allowEmpty })
      expect(await ask(bed, 'clusters', { version_info: version })).toMatchObject({ status })
    },
  )
})

test('polls are not logged as writes, and are counted by their route', async () => {
  const bed = await openServedBed()
  await ask(bed, 'clusters')
  expect(await bed.registry.metrics()).toContain('route="/v3/discovery:clusters",status="200"')
})
