import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProblemDocument } from '../../src/rest/problem.ts'
import { StoreUnavailable } from '../../src/store/store.ts'
import { type LastingTestbed, openLastingTestbed, openTestbed } from './rest-testbed.ts'
import { ROUTES, services } from './scenario.ts'

const PATH = '/v1/sources/east/topology'

describe('a bad request is a problem document, and nothing is stored', () => {
  let testbed: LastingTestbed
  beforeAll(async () => {
    testbed = await openLastingTestbed()
  })
  afterAll(() => testbed.close())

  const json = { 'Content-Type': 'application/json' }
  const gzip = { ...json, 'Content-Encoding': 'gzip' }
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(65 * 1024 * 1024, ' ')))
  const cases: [string, number, string, string, unknown, Record<string, string>][] = [
    ['broken JSON', 400, 'PUT', PATH, '{"services": [', json],
    ['an empty body', 400, 'PUT', PATH, '', json],
    ['what is not UTF-8', 400, 'PUT', PATH, new Uint8Array([0x22, 0xff, 0x22]), json],
    ['what is not gzip', 400, 'PUT', PATH, 'hello', gzip],
    ['gzip cut short', 400, 'PUT', PATH, new Uint8Array(gzipSync('{"services":[]}')).subarray(0, 20), gzip],
    ['a document that is no topology', 422, 'PUT', PATH, '[]', json],
    ['unknown fields', 422, 'PUT', PATH, '{"servces": []}', json],
    ['a patch that is none', 422, 'PATCH', PATH, '{"upsert": 7}', json],
    ['a gzip bomb', 413, 'PUT', PATH, bomb, gzip],
    ['a body announced as too large', 413, 'PUT', PATH, '{}', { ...json, 'Content-Length': '67108865' }],
    ['no type', 415, 'PUT', PATH, new TextEncoder().encode('{}'), {}],
    ['a form', 415, 'PUT', PATH, 'a=b', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['JSON in Latin-1', 415, 'PUT', PATH, '{}', { 'Content-Type': 'application/json; charset=iso-8859-1' }],
    ['Brotli', 415, 'PUT', PATH, '{}', { ...json, 'Content-Encoding': 'br' }],
    ['two encodings', 415, 'PUT', PATH, '{}', { ...json, 'Content-Encoding': 'gzip, gzip' }],
    ['a source with capitals', 400, 'PUT', '/v1/sources/East/topology', '{}', json],
    ['a source that is too long', 400, 'PUT', `/v1/sources/${'a'.repeat(64)}/topology`, '{}', json],
    ['an unknown query parameter', 400, 'PUT', `${PATH}?dry-run=true`, '{}', json],
    ['a truth that is none', 400, 'PUT', `${PATH}?dryRun=yes`, '{}', json],
    ['a parameter twice', 400, 'GET', `${PATH}?revision=1&revision=2`, undefined, {}],
    ['a revision that is no number', 400, 'GET', `${PATH}?revision=one`, undefined, {}],
    ['revision 0', 400, 'GET', '/v1/revisions/0', undefined, {}],
    ['a port out of range', 400, 'GET', '/v1/services/default/a/assignment?port=65536', undefined, {}],
    ['an unknown path', 404, 'GET', '/v1/nothing', undefined, {}],
    ['a path with a slash behind it', 404, 'GET', '/v1/sources/', undefined, {}],
    ['what comes later', 404, 'POST', '/v1/sources/east/hold', '{}', json],
    ['a method that is not there', 405, 'POST', PATH, '{}', json],
    ['a patch of a snapshot', 405, 'PATCH', '/v1/sources/east/snapshot', '{}', json],
  ]

  test.each(cases)('%s: %i', async (_, status, method, path, body, headers) => {
    const response = await testbed.app.request(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> }),
    })
    const document = (await response.json()) as ProblemDocument
    expect(response.status, JSON.stringify(document)).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(document).toMatchObject({
      type: 'about:blank',
      status,
      title: expect.any(String),
      detail: expect.any(String),
    })
    const pointed = status === 422 || path.includes('?') || /[A-Z]|a{64}/.test(path)
    if (pointed)
      expect(document.errors[0]).toEqual({ pointer: expect.any(String), detail: expect.any(String) })
    expect(await testbed.store.head()).toBe(0)
  })

  test('names a bad parameter by a pointer', async () => {
    const { body } = await testbed.call('PUT', `/v1/sources/E/topology?dryrun=1&dryRun=1`, {})
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/source',
      '/dryRun',
      '/dryrun',
    ])
  })

  const words: [string, object][] = [
    [`/v1/sources/${'a'.repeat(64)}`, { pointer: '/source', detail: 'must have at most 63 characters' }],
    ['/v1/proxies?zone=a&zone=b', { pointer: '/zone', detail: 'must be given once' }],
    [
      '/v1/revisions?sort=cause',
      { pointer: '/sort', detail: 'must be "revision" or "-revision", not "cause"' },
    ],
    ['/v1/revisions?sort=revision&sort=-revision', { pointer: '/sort', detail: 'must be given once' }],
    [
      `/v1/services?${'filter=name=a&'.repeat(17)}`,
      { pointer: '/filter', detail: 'must have at most 16 items' },
    ],
  ]
  test.each(words)('says what a parameter must be, as it does of a field: %s', async (path, problem) => {
    const response = await testbed.app.request(path)
    expect((await response.json()) as ProblemDocument).toMatchObject({ status: 400, errors: [problem] })
  })

  test('says which methods there are', async () => {
    const wrong = await testbed.call('POST', PATH, {})
    expect(wrong.headers.get('allow')).toBe('GET, PUT, PATCH, HEAD, OPTIONS')
    const options = await testbed.call('OPTIONS', PATH)
    expect(options).toMatchObject({ status: 204, body: '' })
    expect(options.headers.get('allow')).toBe('GET, PUT, PATCH, HEAD, OPTIONS')
  })

  test('says which encodings would do', async () => {
    const { headers } = await testbed.call('PUT', PATH, {}, { 'Content-Encoding': 'br' })
    expect(headers.get('accept-encoding')).toBe('gzip, identity')
  })
})

test('every problem of a document comes at once, each with its pointer', async () => {
  const { call, store } = await openTestbed()
  const [service] = services('backend').services
  const { status, body } = await call('PUT', PATH, {
    services: [
      { ...service, name: 'Upper' },
      { ...service, endpoints: [{ address: 'example.com', port: 70000 }] },
    ],
  })
  expect(status).toBe(422)
  expect(body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(
    expect.arrayContaining([
      '/services/0/name',
      '/services/1/endpoints/0/address',
      '/services/1/endpoints/0/port',
    ]),
  )
  expect(await store.head()).toBe(0)
})

describe('when the database is away', () => {
  test('writes are 503 with Retry-After, while what is known is still told', async () => {
    const testbed = await openTestbed()
    await testbed.call('PUT', PATH, services('backend'))
    await testbed.replica.reached(1)
    const away = async () => {
      throw new StoreUnavailable('disk is full at /var/lib/secret', { operation: 'write', hint: 'make room' })
    }
    Object.assign(testbed.store, { write: away, head: away })
    const write = await testbed.call('PUT', PATH, services('two'))
    expect(write).toMatchObject({ status: 503, body: { title: 'Service Unavailable' } })
    expect(write.headers.get('retry-after')).toBe('2')
    expect(JSON.stringify(write.body)).not.toContain('secret')
    expect((await testbed.call('GET', '/v1/services/default/backend')).status).toBe(200)
    expect((await testbed.call('GET', '/readyz')).status).toBe(200)
  })

  test('a fault of ours is 500 and tells nothing of the inside', async () => {
    const testbed = await openTestbed()
    Object.assign(testbed.store, {
      write: async () => {
        throw new TypeError('x is not a function')
      },
    })
    const { status, body } = await testbed.call('PUT', PATH, services('two'))
    expect(status).toBe(500)
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      detail: 'something went wrong here; the log says what',
      errors: [],
    })
  })
})

describe('without a token', () => {
  let testbed: LastingTestbed
  beforeAll(async () => {
    testbed = await openLastingTestbed()
    for (const routes of [ROUTES, {}]) await testbed.call('PUT', '/v1/sources/east/routes', routes)
  })
  afterAll(() => testbed.close())

  test.each([
    ['a form of another page', { Origin: 'https://evil.example' }],
    ['a page that hides where it comes from', { Origin: 'null' }],
    ['a page on another machine of the network', { Origin: 'http://192.168.0.9' }],
    ['a name that was made to resolve here', { Host: 'evil.example:8080' }],
  ])('%s is refused', async (_, headers) => {
    expect((await testbed.call('POST', '/v1/revisions/1/restore', undefined, headers)).status).toBe(403)
    expect(await testbed.store.head()).toBe(2)
  })

  test.each([
    ['127.0.0.1:8080', 'http://localhost:3000'],
    ['[::1]:8080', 'http://[::1]:8080'],
    ['10.0.0.1:8080', 'http://127.0.0.1'],
    ['vicinity', 'http://localhost'],
  ])('a program that calls %s, and a page of this machine, are served', async (Host, Origin) => {
    expect((await testbed.call('GET', '/v1/sources', undefined, { Host, Origin })).status).toBe(200)
  })
})

describe('with an admin token', () => {
  test('every path but the open ones asks for it', async () => {
    const { call } = await openTestbed({ adminToken: 'secret' })
    for (const path of ['/livez', '/readyz', '/openapi.json'])
      expect((await call('GET', path)).status).toBe(200)
    for (const path of ['/metrics', '/v1/sources', '/v1/nothing', '/nothing', PATH]) {
      const { status, headers, body } = await call('GET', path)
      expect({ path, status, title: body.title }).toEqual({ path, status: 401, title: 'Unauthorized' })
      expect(headers.get('www-authenticate')).toBe('Bearer realm="vicinity"')
    }
    const wrong = await call('GET', '/v1/sources', undefined, { Authorization: 'Bearer wrong' })
    expect(wrong.headers.get('www-authenticate')).toContain('invalid_token')
  })

  test('its bearer is the author of what he writes', async () => {
    const { call } = await openTestbed({ adminToken: 'secret' })
    const token = { Authorization: 'Bearer secret' }
    expect((await call('PUT', PATH, services('one'))).status).toBe(401)
    expect((await call('PUT', PATH, services('one'), token)).body.revision).toBe(1)
    expect((await call('GET', '/v1/revisions/1', undefined, token)).body.author).toBe('admin')
  })
})
