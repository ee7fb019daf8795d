import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, test } from 'vitest'
import { type RestTestbed, shareTestbed } from './rest-testbed.ts'
import { ROUTES, services, TOPOLOGY } from './scenario.ts'

const testbed = shareTestbed()
let number = 0

beforeEach(() => {
  number += 1
})

function path(part: string, source = 'east'): string {
  return `/v1/sources/${source}-${number}/${part}`
}

describe('PUT of a part', () => {
  test('stores it as a revision and answers with its digest as ETag', async () => {
    const { call } = testbed
    const answer = await call('PUT', path('topology'), TOPOLOGY)
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      source: `east-${number}`,
      part: 'topology',
      revision: testbed.head + 1,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      unchanged: false,
      changed: { added: 4, updated: 0, removed: 0 },
      warnings: [],
    })
    expect(answer.headers.get('etag')).toBe(`"${answer.body.digest}"`)
  })

  test('of equal content makes no revision, whoever wrote in between and however it is spelt', async () => {
    const { call, store } = testbed
    const first = await call('PUT', path('topology'), TOPOLOGY)
    await call('PUT', path('topology', 'west'), services('other'))
    const again = await call('PUT', path('topology'), JSON.stringify(TOPOLOGY, undefined, 2))
    expect(again.body).toEqual({
      ...first.body,
      unchanged: true,
      changed: { added: 0, updated: 0, removed: 0 },
    })
    expect(await store.head()).toBe(testbed.head + 2)
  })

  test('replaces: what it leaves out goes', async () => {
    const { call } = testbed
    await call('PUT', path('topology'), services('one', 'two'))
    const answer = await call('PUT', path('topology'), services('two'))
    expect(answer.body.changed).toEqual({ added: 0, updated: 1, removed: 2 })
    const { body } = await call('GET', path('topology'))
    expect(body.services.map((service: { name: string }) => service.name)).toEqual(['two'])
  })

  test('of a large body again is answered by its bytes alone, and not after something else was pushed', async () => {
    const { call } = testbed
    const document = JSON.stringify(services('one', 'two')) + ' '.repeat(70_000)
    const first = await call('PUT', path('topology'), document)
    expect(first.status).toBe(200)
    const again = await call('PUT', path('topology'), document)
    expect(again.body).toMatchObject({
      unchanged: true,
      revision: testbed.head + 1,
      digest: first.body.digest,
    })
    expect((await call('PUT', path('topology'), document, { 'If-None-Match': '*' })).status).toBe(412)
    expect((await call('PUT', path('topology'), document, { 'If-Match': '"other"' })).status).toBe(412)
    await call('PUT', path('topology'), services('one'))
    const back = await call('PUT', path('topology'), document)
    expect(back.body).toMatchObject({
      unchanged: false,
      revision: testbed.head + 3,
      digest: first.body.digest,
    })
  })

  test('of a large snapshot again, but as one of its parts, is refused as it would be for the first time', async () => {
    const { call } = testbed
    const document = JSON.stringify({ topology: services('one'), routes: {} }) + ' '.repeat(70_000)
    expect((await call('PUT', path('snapshot'), document)).status).toBe(200)
    expect((await call('PUT', path('topology'), document)).status).toBe(422)
  })

  test('takes gzip, and application/…+json', async () => {
    const { call } = testbed
    const zipped = await call('PUT', path('topology'), new Uint8Array(gzipSync(JSON.stringify(TOPOLOGY))), {
      'Content-Encoding': 'gzip',
    })
    expect(zipped.body.revision).toBe(testbed.head + 1)
    const typed = await call('PUT', path('topology'), TOPOLOGY, {
      'Content-Type': 'application/fleet+json; charset=UTF-8',
    })
    expect(typed.body.unchanged).toBe(true)
  })

  test('of a snapshot writes both parts as one revision', async () => {
    const { call } = testbed
    const answer = await call('PUT', path('snapshot'), { topology: TOPOLOGY, routes: ROUTES })
    expect(answer.body).toMatchObject({
      part: 'both',
      revision: testbed.head + 1,
      changed: { added: 6 },
      warnings: [],
    })
    const read = await call('GET', path('snapshot'))
    expect(read.headers.get('etag')).toBe(`"${answer.body.digest}"`)
    const same = await call('PUT', path('snapshot'), read.body)
    expect(same.body).toMatchObject({
      unchanged: true,
      revision: testbed.head + 1,
      digest: answer.body.digest,
    })
  })
})

test('a gateway that no source has is a warning, one that the push brings is none', async () => {
  const { call } = testbed
  const backendRefs = [{ name: 'none', port: 80, weight: 0 }]
  const route = { name: 'r', kind: 'HTTPRoute', gateways: ['edgy', 'edge'], rules: [{ backendRefs }] }
  const edge = { name: 'edge', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] }
  const { body } = await call('PUT', path('routes'), { gateways: [edge], routes: [route] })
  expect(body.warnings).toContainEqual({
    pointer: '/routes/0/gateways/0',
    detail:
      'NoMatchingParent: gateway default/edgy is not there: the route serves nobody there until it comes',
  })
  expect(body.warnings).not.toContainEqual(expect.objectContaining({ pointer: '/routes/0/gateways/1' }))
})

describe('backends that no source has', () => {
  test('are a warning with their pointer, until they come', async () => {
    const { call } = testbed
    const dangling = await call('PUT', path('routes'), ROUTES)
    expect(dangling.body).toMatchObject({
      revision: testbed.head + 1,
      warnings: [
        {
          pointer: '/routes/0/rules/0/backendRefs/0',
          detail: expect.stringContaining('default/backend is not there'),
        },
      ],
    })
    await call('PUT', path('topology', 'west'), TOPOLOGY)
    expect((await call('PUT', path('routes'), ROUTES)).body.warnings).toEqual([])
  })

  test('are told apart from services that lack the port', async () => {
    const { call } = testbed
    await call('PUT', path('topology'), services('backend'))
    const { body } = await call('PUT', path('routes'), ROUTES)
    expect(body.warnings).toEqual([
      expect.objectContaining({ detail: expect.stringContaining('has no port 3000') }),
    ])
  })

  test('that the snapshot brings along are none, in a dry run too', async () => {
    const { call } = testbed
    const { body } = await call('PUT', `${path('snapshot')}?dryRun=true`, {
      topology: TOPOLOGY,
      routes: ROUTES,
    })
    expect(body).toMatchObject({ revision: null, warnings: [] })
  })
})

describe('PATCH', () => {
  test('adds, changes and removes entries, and agrees with a PUT of the same content', async () => {
    const { call } = testbed
    await call('PUT', path('topology'), services('one', 'two'))
    const patched = await call('PATCH', path('topology'), {
      upsert: services('three'),
      remove: [{ kind: 'Service', namespace: 'default', name: 'one' }],
    })
    expect(patched.body).toMatchObject({
      revision: testbed.head + 2,
      changed: { added: 2, updated: 0, removed: 2 },
    })
    const read = await call('GET', path('topology'))
    const put = await call('PUT', path('topology', 'west'), read.body)
    expect(put.body.digest).toBe(patched.body.digest)
  })

  test('removes a zone by its own name, or by its region too where that is needed', async () => {
    const { call } = testbed
    const zones = ['r1', 'r2'].map(region => ({ zone: 'zone-b', region }))
    await call('PUT', path('topology'), { zones: [{ zone: 'zone-a', region: 'r1' }, ...zones] })
    const remove = (name: string) => call('PATCH', path('topology'), { remove: [{ kind: 'Zone', name }] })
    expect((await remove('zone-a')).body.changed).toEqual({ added: 0, updated: 0, removed: 1 })
    const ambiguous = await remove('zone-b')
    expect(ambiguous.status).toBe(422)
    expect(ambiguous.body.errors).toEqual([
      { pointer: '/remove', detail: expect.stringContaining('r1/zone-b or r2/zone-b') },
    ])
    expect((await remove('r2/zone-b')).body.changed.removed).toBe(1)
    expect((await remove('zone-b')).body.changed.removed).toBe(1)
    expect((await remove('zone-b')).body.unchanged).toBe(true)
  })

  test('of endpoints before their service is there to be read', async () => {
    const { call } = testbed
    await call('PUT', path('topology'), services('two'))
    const endpoints = [{ name: 'one', endpoints: [{ name: 'a', address: '10.0.0.1', port: 80 }] }]
    await call('PATCH', path('topology'), { upsert: { endpoints } })
    const { body } = await call('GET', path('topology'))
    expect(body.services.map((service: { name: string }) => service.name)).toEqual(['one', 'two'])
    expect(body.services[0]).toEqual({ namespace: 'default', ...endpoints[0] })
  })

  test('of a part that was never PUT is a conflict', async () => {
    const { call } = testbed
    const answer = await call('PATCH', path('topology'), { upsert: services('one') })
    expect(answer).toMatchObject({ status: 409, body: { status: 409, title: 'Conflict' } })
  })
})

describe('a dry run', () => {
  test('says what would change and stores nothing', async () => {
    const { call, store } = testbed
    const dry = await call('PUT', `${path('topology')}?dryRun=true`, TOPOLOGY)
    expect(dry.body).toMatchObject({ revision: null, unchanged: false, changed: { added: 4 } })
    expect(dry.headers.get('etag')).toBeNull()
    expect(await store.head()).toBe(testbed.head)
    const real = await call('PUT', path('topology'), TOPOLOGY)
    expect(real.body.digest).toBe(dry.body.digest)
  })
})

describe('conditions', () => {
  async function pushed(): Promise<RestTestbed & { etag: string }> {
    const { headers } = await testbed.call('PUT', path('topology'), services('one'))
    return { ...testbed, etag: headers.get('etag') ?? '' }
  }

  test('If-Match lets a write through that builds on what stands', async () => {
    const { call, etag } = await pushed()
    const answer = await call('PUT', path('topology'), services('two'), { 'If-Match': `"stale", ${etag}` })
    expect(answer.status).toBe(200)
    expect((await call('PUT', path('topology'), services('three'), { 'If-Match': '*' })).status).toBe(200)
  })

  test('If-Match stops a write after somebody else has pushed, and nothing is stored', async () => {
    const { call, etag, store } = await pushed()
    await call('PUT', path('topology'), services('two'))
    const answer = await call('PUT', path('topology'), services('three'), { 'If-Match': etag })
    expect(answer).toMatchObject({ status: 412, body: { title: 'Precondition Failed' } })
    expect(await store.head()).toBe(testbed.head + 2)
  })

  test('a weak tag matches nothing', async () => {
    const { call, etag } = await pushed()
    expect((await call('PUT', path('topology'), services('two'), { 'If-Match': `W/${etag}` })).status).toBe(
      412,
    )
  })

  test('If-None-Match: * is for the first push only', async () => {
    const { call } = await pushed()
    const condition = { 'If-None-Match': '*' }
    expect((await call('PUT', path('topology'), services('two'), condition)).status).toBe(412)
    expect((await call('PUT', path('topology', 'new'), services('two'), condition)).status).toBe(200)
  })

  test('that cannot be understood are refused, not ignored', async () => {
    const { call } = await pushed()
    const answer = await call('PUT', path('topology'), services('two'), {
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
    const { call, proxies } = testbed
    proxies.convergence = { proxies: 2, acked: 1, nacked: [], pending: [{ proxy: '1', node: 'edge-1' }] }
    const answer = await call('PUT', path('topology'), TOPOLOGY, { Prefer: 'respond-async, wait=50' })
    expect(answer.headers.get('preference-applied')).toBe('wait=50')
    expect(answer.body.convergence).toEqual(proxies.convergence)
    const [wait] = proxies.waits.splice(0)
    expect(wait?.revision).toBe(testbed.head + 1)
    // What the write has left of the 50 s: a test ends long before it could use up the rest.
    expect(wait?.timeout).toBeLessThanOrEqual(50_000)
    expect(wait?.timeout).toBeGreaterThan(25_000)
    expect(proxies.open).toBe(0)
  })

  test('waits 60 seconds at most, and not at all where nothing was or could be written', async () => {
    const { call, proxies } = testbed
    const far = await call('PUT', path('topology'), TOPOLOGY, { Prefer: 'wait=3600' })
    expect(far.headers.get('preference-applied')).toBe('wait=60')
    const dry = await call('PUT', `${path('topology')}?dryRun=true`, services('one'), { Prefer: 'wait=5' })
    const bad = await call('PUT', path('topology'), { nonsense: true }, { Prefer: 'wait=5' })
    const odd = await call('PUT', path('topology'), services('one'), { Prefer: 'wait=soon' })
    for (const answer of [dry, bad, odd]) expect(answer.headers.get('preference-applied')).toBeNull()
    expect(proxies.waits).toHaveLength(1)
    expect(proxies.open).toBe(0)
  })
})
