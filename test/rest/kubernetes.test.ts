import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { clusterList } from '../../bench/acceptance/kubernetes-objects.ts'
import {
  endpointSlice,
  gateway,
  httpRoute,
  list,
  node,
  service,
} from '../operations/intake/kubernetes-objects.ts'
import { openTestbed, shareTestbed } from './rest-testbed.ts'
import { ROUTES } from './scenario.ts'

const testbed = shareTestbed()
let number = 0

beforeEach(() => {
  number += 1
})

const OBJECTS = [
  node('n1', 'zone-a'),
  service('backend'),
  endpointSlice('backend', 'n1'),
  gateway('edge'),
  httpRoute('web', 'edge', 'backend'),
]
const CLUSTER = list(...OBJECTS)
const YAML = { 'Content-Type': 'application/yaml' }

function path(what = 'kubernetes'): string {
  return `/v1/sources/east-${number}/${what}`
}

function yaml(...objects: object[]): string {
  return objects.map(object => stringify(object)).join('---\n')
}

describe('PUT of Kubernetes objects', () => {
  test('writes both parts as one revision', async () => {
    const { call } = testbed
    const answer = await call('PUT', path(), CLUSTER)
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      source: `east-${number}`,
      part: 'both',
      revision: testbed.head + 1,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      unchanged: false,
      changed: { added: 6, updated: 0, removed: 0 },
      warnings: [],
    })
    expect(answer.headers.get('etag')).toBe(`"${answer.body.digest}"`)
    const snapshot = await call('GET', path('snapshot'))
    expect(snapshot.headers.get('etag')).toBe(answer.headers.get('etag'))
    expect(snapshot.body).toMatchObject({
      topology: { services: [{ name: 'backend', endpoints: [{ address: '10.0.0.1', zone: 'zone-a' }] }] },
      routes: { gateways: [{ name: 'edge' }], routes: [{ name: 'web' }] },
    })
  })

  test.each(['application/yaml', 'text/yaml; charset=utf-8', 'application/x-yaml', 'text/x-yaml'])(
    'takes many documents of %s, and what they say is what a List says',
    async type => {
      const { call } = testbed
      const first = await call('PUT', path(), CLUSTER)
      const again = await call('PUT', path(), yaml(...OBJECTS), { 'Content-Type': type })
      expect(again.body).toMatchObject({
        unchanged: true,
        revision: testbed.head + 1,
        digest: first.body.digest,
      })
    },
  )

  test('takes an array, one object, and gzip', async () => {
    const { call } = testbed
    const zipped = new Uint8Array(gzipSync(JSON.stringify(OBJECTS)))
    const answer = await call('PUT', path(), zipped, { 'Content-Encoding': 'gzip' })
    expect(answer.body.changed.added).toBe(6)
    const one = await call('PUT', path(), service('backend'))
    expect(one.body.changed).toEqual({ added: 0, updated: 0, removed: 5 })
  })

  test.each(['topology', 'routes'] as const)('of the %s alone leaves the other part alone', async part => {
    const { call } = testbed
    await call('PUT', path('routes'), ROUTES)
    await call('PUT', path('topology'), { services: [{ name: 'old', ports: [{ port: 1 }] }] })
    const other = part === 'routes' ? 'topology' : 'routes'
    const before = await call('GET', path(other))
    const answer = await call('PUT', `${path()}?part=${part}`, CLUSTER)
    expect(answer.body).toMatchObject({ part, revision: testbed.head + 3 })
    expect((await call('GET', path(part))).headers.get('etag')).toBe(answer.headers.get('etag'))
    expect((await call('GET', path(other))).body).toEqual(before.body)
  })

  test('of nothing of a part empties it, and says so', async () => {
    const { call } = testbed
    await call('PUT', path(), CLUSTER)
    const answer = await call('PUT', path(), list(...OBJECTS.slice(0, 3)))
    expect(answer.body).toMatchObject({
      changed: { removed: 2 },
      warnings: [{ pointer: '', detail: expect.stringContaining('part=topology') }],
    })
  })

  test('with dryRun only says what would be', async () => {
    const answer = await testbed.call('PUT', `${path()}?dryRun=true`, CLUSTER)
    expect(answer.body).toMatchObject({ revision: null, changed: { added: 6 } })
    expect(await testbed.store.head()).toBe(testbed.head)
  })

  test('honours If-Match, If-None-Match and Prefer', async () => {
    const { call, proxies } = testbed
    const first = await call('PUT', path(), CLUSTER, { 'If-None-Match': '*' })
    expect((await call('PUT', path(), CLUSTER, { 'If-None-Match': '*' })).status).toBe(412)
    expect((await call('PUT', path(), list(service('a')), { 'If-Match': '"other"' })).status).toBe(412)
    const headers = { 'If-Match': `"${first.body.digest}"`, Prefer: 'wait=5' }
    const second = await call('PUT', path(), list(service('a')), headers)
    expect(second.body).toMatchObject({ revision: testbed.head + 2, convergence: { proxies: 0 } })
    expect(proxies.waits.at(-1)?.revision).toBe(testbed.head + 2)
  })

  test('is asked for a token like every other', async () => {
    const { call, store } = await openTestbed({ adminToken: 'secret' })
    expect((await call('PUT', '/v1/sources/east/kubernetes', CLUSTER)).status).toBe(401)
    const headers = { Authorization: 'Bearer secret' }
    expect((await call('PUT', '/v1/sources/east/kubernetes', CLUSTER, headers)).status).toBe(200)
    expect(await store.revision(1)).toMatchObject({ author: 'admin', cause: 'push', part: 'both' })
  })
})

describe('a large List', () => {
  const LARGE = JSON.stringify(
    clusterList({ services: 200, endpoints: 10, nodes: 60, zones: 3, namespaces: 6 }),
    undefined,
    4,
  )

  test('is stored, and the same bytes again are known, but not as something else', async () => {
    const { call } = testbed
    expect(LARGE.length).toBeGreaterThan(1_500_000)
    const first = await call('PUT', path(), LARGE)
    expect(first.body).toMatchObject({ revision: testbed.head + 1, part: 'both' })
    expect(first.body.changed.added).toBeGreaterThan(400)
    const again = await call('PUT', path(), LARGE)
    expect(again.body).toMatchObject({
      unchanged: true,
      revision: testbed.head + 1,
      digest: first.body.digest,
    })
    expect((await call('PUT', path(), LARGE, { 'If-None-Match': '*' })).status).toBe(412)
    expect((await call('PUT', path('snapshot'), LARGE)).status).toBe(422)
    const part = await call('PUT', `${path()}?part=topology`, LARGE)
    expect(part.body).toMatchObject({ unchanged: true, part: 'topology' })
  })

  test('that is wrong in its middle changes nothing and tells where', async () => {
    const document = JSON.parse(LARGE)
    const index = document.items.findIndex((item: { kind: string }) => item.kind === 'EndpointSlice') + 100
    document.items[index].endpoints[3].addresses = ['not-an-address']
    const { status, body } = await testbed.call('PUT', path(), document)
    expect({ status, errors: body.errors }).toEqual({
      status: 422,
      errors: [
        { pointer: expect.stringContaining(`/items/${index}/endpoints/3`), detail: expect.any(String) },
      ],
    })
    expect(await testbed.store.head()).toBe(testbed.head)
  })
})

describe('what is refused', () => {
  test('names its places in the documents', async () => {
    const document = yaml(service('a'), { kind: 'Service' }, gateway('edge', 0))
    const { status, body } = await testbed.call('PUT', path(), document, YAML)
    expect(status).toBe(422)
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toContain('/1/apiVersion')
    const after = await testbed.call('PUT', path(), yaml(service('a'), gateway('edge', 0)), YAML)
    expect(after.body.errors).toMatchObject([{ pointer: '/1/spec/listeners/0/port' }])
  })

  test('warnings name theirs, after the object', async () => {
    const answer = await testbed.call('PUT', path(), list(...OBJECTS, httpRoute('x', 'nobody', 'backend')))
    expect(answer.body.warnings).toEqual([
      {
        pointer: '/items/5/spec/parentRefs/0',
        detail: expect.stringMatching(/^HTTPRoute default\/x: NoMatchingParent: /),
      },
    ])
  })

  test.each([
    ['broken JSON', 400, '{"kind": }', {}, /not JSON that can be read/],
    ['broken YAML', 400, 'a: [', YAML, /not YAML that can be read/],
    ['YAML that says it is JSON', 400, 'kind: List', {}, /not JSON/],
    ['another type', 415, 'x', { 'Content-Type': 'text/plain' }, /JSON or YAML/],
    ['another character set', 415, 'x', { 'Content-Type': 'text/yaml; charset=latin1' }, /JSON or YAML/],
    ['much YAML', 413, 'x', { ...YAML, 'Content-Length': String(16 * 1024 * 1024 + 1) }, /send JSON/],
    ['too much JSON', 413, '{}', { 'Content-Length': String(256 * 1024 * 1024 + 1) }, /268435456 bytes/],
    ['a document of our own', 422, '{"services": []}', {}, /nothing was stored/],
  ])('%s is answered with %i', async (_, status, text, headers, detail) => {
    const answer = await testbed.call('PUT', path(), text, headers as Record<string, string>)
    expect(answer.status).toBe(status)
    expect(answer.body.detail).toMatch(detail)
  })

  test('YAML is refused with its line and column', async () => {
    const { body } = await testbed.call('PUT', path(), 'kind: List\nitems: {\n', YAML)
    expect(body.errors).toMatchObject([
      { pointer: '', detail: expect.stringMatching(/at line 3, column 1$/) },
    ])
  })

  test('an unknown part is, and native paths take no YAML', async () => {
    expect((await testbed.call('PUT', `${path()}?part=both`, CLUSTER)).status).toBe(400)
    expect((await testbed.call('PUT', path('topology'), 'services: []', YAML)).status).toBe(415)
  })
})
