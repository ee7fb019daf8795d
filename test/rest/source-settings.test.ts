import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { staleSourceKey } from '../../src/model/control.ts'
import { entry } from '../../src/model/entry.ts'
import { type LastingTestbed, openLastingTestbed } from './rest-testbed.ts'
import { services } from './scenario.ts'

/** One database serves all tests: each has a source of its own. */
let testbed: LastingTestbed
let number = 0
let source = ''

beforeAll(async () => {
  testbed = await openLastingTestbed()
})
afterAll(() => testbed.close())
beforeEach(() => {
  number += 1
  source = `east-${number}`
})

const call: LastingTestbed['call'] = (method, path, ...rest) =>
  testbed.call(method, `/v1/sources/${source}${path}`, ...rest)
const push = (...names: string[]) => call('PUT', '/topology', services(...names))

describe('the settings of a source', () => {
  test('may come before its first push, and are given back with a tag', async () => {
    const put = await call('PUT', '/settings', { whenStale: 'standby', staleAfter: '60s' })
    expect(put.status).toBe(200)
    expect(put.body).toMatchObject({
      source,
      part: 'control',
      revision: await testbed.store.head(),
      unchanged: false,
      changed: { added: 1, updated: 0, removed: 0 },
      warnings: [],
    })
    const got = await call('GET', '/settings')
    expect(got.body).toEqual({ staleAfter: '60s', whenStale: 'standby' })
    expect(got.headers.get('etag')).toBe(put.headers.get('etag'))
    const again = await call('GET', '/settings', undefined, { 'If-None-Match': `"${put.body.digest}"` })
    expect(again.status).toBe(304)
  })

  test('are nothing for a source that has none, and not found for one that nobody knows', async () => {
    expect((await call('GET', '/settings')).status).toBe(404)
    await push('a')
    expect(await call('GET', '/settings')).toMatchObject({ status: 200, body: {} })
  })

  test('are what they were at an old revision', async () => {
    const { body: old } = await call('PUT', '/settings', { staleAfter: '60s' })
    const { body: reset } = await call('PUT', '/settings', {})
    expect(reset.changed).toEqual({ added: 0, updated: 0, removed: 1 })
    await push('a')
    expect((await call('GET', '/settings')).body).toEqual({})
    expect((await call('GET', `/settings?revision=${old.revision}`)).body).toEqual({ staleAfter: '60s' })
    expect((await call('GET', '/settings?revision=99999')).status).toBe(404)
  })

  test('that say the same make no revision', async () => {
    const first = await call('PUT', '/settings', { staleAfter: '60s' })
    const again = await call('PUT', '/settings', { staleAfter: '60s', whenStale: 'keep' })
    expect(again.body).toMatchObject({ unchanged: true, digest: first.body.digest })
    expect(await testbed.store.head()).toBe(first.body.revision)
  })

  test('may be tried, and waited for', async () => {
    const head = await testbed.store.head()
    const tried = await call('PUT', '/settings?dryRun=true', { whenStale: 'drop' })
    expect(tried.body).toMatchObject({
      revision: null,
      changed: { added: 1 },
      warnings: [{ pointer: '/whenStale', detail: expect.stringContaining('staleAfter') }],
    })
    expect(await testbed.store.head()).toBe(head)
    const waited = await call('PUT', '/settings', { staleAfter: '60s' }, { Prefer: 'wait=5' })
    expect(waited.body.convergence).toMatchObject({ pending: [] })
  })

  test.each([
    ['that are no JSON', '{', {}, 400],
    ['that say what must not be', { staleAfter: 'soon', whenStale: 'panic' }, {}, 422],
    ['with a condition', {}, { 'If-Match': '*' }, 400],
    ['of another type', '{}', { 'Content-Type': 'text/plain' }, 415],
  ])('%s are refused', async (_, body, headers, status) => {
    expect((await call('PUT', '/settings', body, headers)).status).toBe(status)
    expect((await call('GET', '/settings')).status).toBe(404)
  })

  test('outlive the source: they are the operator’s', async () => {
    await call('PUT', '/settings', { staleAfter: '60s' })
    await push('a')
    expect((await call('DELETE', '')).status).toBe(200)
    expect((await call('GET', '/settings')).body).toEqual({ staleAfter: '60s' })
  })
})

describe('a heartbeat', () => {
  test('is a sign of life of a source that is known, and makes no revision', async () => {
    expect((await call('POST', '/heartbeat')).status).toBe(404)
    await call('PUT', '/settings', { staleAfter: '60s' })
    const head = await testbed.store.head()
    expect(await call('POST', '/heartbeat')).toMatchObject({ status: 204, body: '' })
    expect((await testbed.store.lastHeard()).has(source)).toBe(true)
    expect(await testbed.store.head()).toBe(head)
  })
})

describe('a silent source', () => {
  beforeEach(async () => {
    await push('a')
    const upsert = [
      entry(staleSourceKey(source), JSON.stringify({ source, heardAt: '2026-01-01T00:00:00Z' })),
    ]
    await testbed.store.control({ cause: 'stale', source, author: 'vicinity', upsert, remove: [] })
    await testbed.replica.reached(await testbed.store.head())
  })

  test('is shown with when it was heard and what its settings say', async () => {
    await call('PUT', '/settings', { staleAfter: '60s' })
    const { body } = await call('GET', '')
    expect(body).toMatchObject({
      source,
      heardAt: (await testbed.store.lastHeard()).get(source),
      stale: { since: '2026-01-01T00:00:00Z' },
      settings: { staleAfter: '60s' },
    })
    const silent = await testbed.call('GET', `/v1/sources?filter=stale=true&filter=source=${source}`)
    // What proxies refused is looked for where one source is asked for.
    const { nacks, quarantined, ...listed } = body
    expect(silent.body.items).toEqual([listed])
    expect([nacks, quarantined]).toEqual([[], []])
  })

  test.each([
    ['a push', () => push('b')],
    ['a push of what stands', () => push('a')],
    ['a heartbeat', () => call('POST', '/heartbeat')],
    ['a patch', () => call('PATCH', '/topology', { upsert: services('b') })],
  ])('is none any more with %s', async (_, act) => {
    await act()
    expect((await call('GET', '')).body.stale).toBeNull()
    const { body } = await testbed.call('GET', `/v1/revisions?filter=source=${source}&filter=cause=heard`)
    expect(body.items).toMatchObject([{ part: 'control', author: 'vicinity' }])
  })

  test.each([
    ['a push that is only tried', () => call('PUT', '/topology?dryRun=true', services('b'))],
    ['a push that is refused', () => call('PUT', '/topology', { services: [{ name: 'B' }] })],
    ['a push whose condition fails', () => call('PUT', '/topology', services('b'), { 'If-None-Match': '*' })],
  ])('stays one with %s', async (_, act) => {
    await act()
    expect((await call('GET', '')).body.stale).not.toBeNull()
  })

  test('is forgotten with the source', async () => {
    await call('DELETE', '')
    await push('a')
    expect((await call('GET', '')).body).toMatchObject({ stale: null, heardAt: expect.any(String) })
    const { body } = await testbed.call('GET', `/v1/revisions?filter=source=${source}&filter=part=control`)
    expect(body.items).toMatchObject([{ cause: 'delete' }, { cause: 'stale' }])
  })
})
