import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openBench, type RestBench } from './rest-bench.ts'
import { ROUTES, services, TOPOLOGY } from './scenario.ts'

const TOPOLOGY_PATH = '/v1/sources/east/topology'
const ROUTES_PATH = '/v1/sources/east/routes'

describe('PUT of a part', () => {
  test('stores it as a revision and answers with its digest as ETag', async () => {
    const { call } = await openBench()
    const answer = await call('PUT', TOPOLOGY_PATH, TOPOLOGY)
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      source: 'east',
      part: 'topology',
      revision: 1,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      unchanged: false,
      changed: { added: 4, updated: 0, removed: 0 },
      warnings: [],
    })
    expect(answer.headers.get('etag')).toBe(`"${answer.body.digest}"`)
  })

  test('of equal content makes no revision, whoever wrote in between and however it is spelt', async () => {
    const { call, store } = await openBench()
    const first = await call('PUT', TOPOLOGY_PATH, TOPOLOGY)
    await call('PUT', '/v1/sources/west/topology', services('other'))
    const again = await call('PUT', TOPOLOGY_PATH, JSON.stringify(TOPOLOGY, undefined, 2))
    expect(again.body).toEqual({
      ...first.body,
      unchanged: true,
      changed: { added: 0, updated: 0, removed: 0 },
    })
    expect(await store.head()).toBe(2)
  })

  test('replaces: what it leaves out goes', async () => {
    const { call } = await openBench()
    await call('PUT', TOPOLOGY_PATH, services('one', 'two'))
    const answer = await call('PUT', TOPOLOGY_PATH, services('two'))
    expect(answer.body.changed).toEqual({ added: 0, updated: 1, removed: 2 })
    const { body } = await call('GET', TOPOLOGY_PATH)
    expect(body.services.map((service: { name: string }) => service.name)).toEqual(['two'])
  })

  test('of a large body again is answered by its bytes alone, and not after something else was pushed', async () => {
    const { call } = await openBench()
    const document = JSON.stringify(services('one', 'two')) + ' '.repeat(70_000)
    const first = await call('PUT', TOPOLOGY_PATH, document)
    expect(first.status).toBe(200)
    const again = await call('PUT', TOPOLOGY_PATH, document)
    expect(again.body).toMatchObject({ unchanged: true, revision: 1, digest: first.body.digest })
    expect((await call('PUT', TOPOLOGY_PATH, document, { 'If-None-Match': '*' })).status).toBe(412)
    expect((await call('PUT', TOPOLOGY_PATH, document, { 'If-Match': '"other"' })).status).toBe(412)
    await call('PUT', TOPOLOGY_PATH, services('one'))
    const back = await call('PUT', TOPOLOGY_PATH, document)
    expect(back.body).toMatchObject({ unchanged: false, revision: 3, digest: first.body.digest })
  })

  test('takes gzip, and application/…+json', async () => {
    const { call } = await openBench()
    const zipped = await call('PUT', TOPOLOGY_PATH, new Uint8Array(gzipSync(JSON.stringify(TOPOLOGY))), {
      'Content-Encoding': 'gzip',
    })
    expect(zipped.body.revision).toBe(1)
    const typed = await call('PUT', TOPOLOGY_PATH, TOPOLOGY, {
      'Content-Type': 'application/fleet+json; charset=UTF-8',
    })
    expect(typed.body.unchanged).toBe(true)
  })

  test('of a snapshot writes both parts as one revision', async () => {
    const { call } = await openBench()
    const answer = await call('PUT', '/v1/sources/east/snapshot', { topology: TOPOLOGY, routes: ROUTES })
    expect(answer.body).toMatchObject({ part: 'both', revision: 1, changed: { added: 6 }, warnings: [] })
    const read = await call('GET', '/v1/sources/east/snapshot')
    expect(read.headers.get('etag')).toBe(`"${answer.body.digest}"`)
    const same = await call('PUT', '/v1/sources/east/snapshot', read.body)
    expect(same.body).toMatchObject({ unchanged: true, revision: 1, digest: answer.body.digest })
  })
})

describe('backends that no source has', () => {
  test('are a warning with their pointer, until they come', async () => {
    const { call } = await openBench()
    const dangling = await call('PUT', ROUTES_PATH, ROUTES)
    expect(dangling.body).toMatchObject({
      revision: 1,
      warnings: [
        {
          pointer: '/routes/0/rules/0/backendRefs/0',
          detail: expect.stringContaining('default/backend is not there'),
        },
      ],
    })
    await call('PUT', '/v1/sources/west/topology', TOPOLOGY)
    expect((await call('PUT', ROUTES_PATH, ROUTES)).body.warnings).toEqual([])
  })

  test('are told apart from services that lack the port', async () => {
    const { call } = await openBench()
    await call('PUT', TOPOLOGY_PATH, services('backend'))
    const { body } = await call('PUT', ROUTES_PATH, ROUTES)
    expect(body.warnings).toEqual([
      expect.objectContaining({ detail: expect.stringContaining('has no port 3000') }),
    ])
  })

  test('that the snapshot brings along are none, in a dry run too', async () => {
    const { call } = await openBench()
    const { body } = await call('PUT', '/v1/sources/east/snapshot?dryRun=true', {
      topology: TOPOLOGY,
      routes: ROUTES,
    })
    expect(body).toMatchObject({ revision: null, warnings: [] })
  })
})

describe('PATCH', () => {
  test('adds, changes and removes entries, and agrees with a PUT of the same content', async () => {
    const { call } = await openBench()
    await call('PUT', TOPOLOGY_PATH, services('one', 'two'))
    const patched = await call('PATCH', TOPOLOGY_PATH, {
      upsert: services('three'),
      remove: [{ kind: 'Service', namespace: 'default', name: 'one' }],
    })
    expect(patched.body).toMatchObject({ revision: 2, changed: { added: 2, updated: 0, removed: 2 } })
    const read = await call('GET', TOPOLOGY_PATH)
    const put = await call('PUT', '/v1/sources/west/topology', read.body)
    expect(put.body.digest).toBe(patched.body.digest)
  })

  test('of a part that was never PUT is a conflict', async () => {
    const { call } = await openBench()
    const answer = await call('PATCH', TOPOLOGY_PATH, { upsert: services('one') })
    expect(answer).toMatchObject({ status: 409, body: { status: 409, title: 'Conflict' } })
  })
})

describe('a dry run', () => {
  test('says what would change and stores nothing', async () => {
    const { call, store } = await openBench()
    const dry = await call('PUT', `${TOPOLOGY_PATH}?dryRun=true`, TOPOLOGY)
    expect(dry.body).toMatchObject({ revision: null, unchanged: false, changed: { added: 4 } })
    expect(dry.headers.get('etag')).toBeNull()
    expect(await store.head()).toBe(0)
    const real = await call('PUT', TOPOLOGY_PATH, TOPOLOGY)
    expect(real.body.digest).toBe(dry.body.digest)
  })
})

describe('conditions', () => {
  async function pushed(): Promise<RestBench & { etag: string }> {
    const bench = await openBench()
    const { headers } = await bench.call('PUT', TOPOLOGY_PATH, services('one'))
    return { ...bench, etag: headers.get('etag') ?? '' }
  }

  test('If-Match lets a write through that builds on what stands', async () => {
    const { call, etag } = await pushed()
    const answer = await call('PUT', TOPOLOGY_PATH, services('two'), { 'If-Match': `"stale", ${etag}` })
    expect(answer.status).toBe(200)
    expect((await call('PUT', TOPOLOGY_PATH, services('three'), { 'If-Match': '*' })).status).toBe(200)
  })

  test('If-Match stops a write after somebody else has pushed, and nothing is stored', async () => {
    const { call, etag, store } = await pushed()
    await call('PUT', TOPOLOGY_PATH, services('two'))
    const answer = await call('PUT', TOPOLOGY_PATH, services('three'), { 'If-Match': etag })
    expect(answer).toMatchObject({ status: 412, body: { title: 'Precondition Failed' } })
    expect(await store.head()).toBe(2)
  })

  test('a weak tag matches nothing', async () => {
    const { call, etag } = await pushed()
    expect((await call('PUT', TOPOLOGY_PATH, services('two'), { 'If-Match': `W/${etag}` })).status).toBe(412)
  })

  test('If-None-Match: * is for the first push only', async () => {
    const { call } = await pushed()
    const condition = { 'If-None-Match': '*' }
    expect((await call('PUT', TOPOLOGY_PATH, services('two'), condition)).status).toBe(412)
    expect((await call('PUT', '/v1/sources/new/topology', services('two'), condition)).status).toBe(200)
  })

  test('that cannot be understood are refused, not ignored', async () => {
    const { call } = await pushed()
    const answer = await call('PUT', TOPOLOGY_PATH, services('two'), {
      'If-Match': 'digest',
      'If-None-Match': '"x"',
    })
    expect(answer.status).toBe(400)
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/If-Match',
      '/If-None-Match',
    ])
  })
})

describe('Prefer: wait', () => {
  test('answers with how far the proxies are', async () => {
    const { call, proxies } = await openBench()
    proxies.convergence = { proxies: 2, acked: 1, nacked: [], pending: [{ proxy: '1', node: 'edge-1' }] }
    const answer = await call('PUT', TOPOLOGY_PATH, TOPOLOGY, { Prefer: 'respond-async, wait=7' })
    expect(answer.headers.get('preference-applied')).toBe('wait=7')
    expect(answer.body.convergence).toEqual(proxies.convergence)
    expect(proxies.waits).toEqual([{ revision: 1, timeout: expect.closeTo(7000, -3) }])
    expect(proxies.open).toBe(0)
  })

  test('waits 60 seconds at most, and not at all where nothing was or could be written', async () => {
    const { call, proxies } = await openBench()
    const far = await call('PUT', TOPOLOGY_PATH, TOPOLOGY, { Prefer: 'wait=3600' })
    expect(far.headers.get('preference-applied')).toBe('wait=60')
    const dry = await call('PUT', `${TOPOLOGY_PATH}?dryRun=true`, services('one'), { Prefer: 'wait=5' })
    const bad = await call('PUT', TOPOLOGY_PATH, { nonsense: true }, { Prefer: 'wait=5' })
    const odd = await call('PUT', TOPOLOGY_PATH, services('one'), { Prefer: 'wait=soon' })
    for (const answer of [dry, bad, odd]) expect(answer.headers.get('preference-applied')).toBeNull()
    expect(proxies.waits).toHaveLength(1)
    expect(proxies.open).toBe(0)
  })
})
