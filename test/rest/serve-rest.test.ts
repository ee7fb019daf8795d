import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RestServer, serveRest } from '../../src/rest/serve-rest.ts'
import { type LastingTestbed, openLastingTestbed } from './rest-testbed.ts'
import { services } from './scenario.ts'

let testbed: LastingTestbed
let server: RestServer
let ready = true

beforeAll(async () => {
  testbed = await openLastingTestbed({ ready: () => ready })
})
afterAll(() => testbed.close())

beforeEach(async () => {
  ready = true
  server = await serveRest(testbed.app, { host: '127.0.0.1', port: 0 })
})
afterEach(() => server.close(0))

const url = (path: string) => `http://${server.address}${path}`

test('a free port is found and told', async () => {
  expect(server.address).toMatch(/^127\.0\.0\.1:[1-9]\d+$/)
  const response = await fetch(url('/livez'))
  expect(await response.text()).toBe('ok\n')
})

test('an address in use is an error of the start', async () => {
  const port = Number(server.address.split(':')[1])
  await expect(serveRest(testbed.app, { host: '127.0.0.1', port })).rejects.toThrow(/EADDRINUSE/)
})

test('readyz is 503 while the replica stops', async () => {
  expect((await fetch(url('/readyz'))).status).toBe(200)
  ready = false
  expect((await fetch(url('/readyz'))).status).toBe(503)
})

test('metrics count requests by route, never by path', async () => {
  await fetch(url('/v1/sources/never/topology'))
  await fetch(url('/v1/sources/ever/topology'))
  await fetch(url('/v1/nothing'))
  const text = await (await fetch(url('/metrics'))).text()
  expect(text).toContain(
    'vicinity_http_request_duration_seconds_count{method="GET",route="/v1/sources/{source}/topology",status="404"} 2',
  )
  expect(text).toContain('{method="GET",route="none",status="404"} 1')
})

test('HEAD answers with the head of GET', async () => {
  await fetch(url('/v1/sources/a/topology'), {
    method: 'PUT',
    body: JSON.stringify(services('one')),
    headers: JSON_TYPE,
  })
  const get = await fetch(url('/v1/sources/a/topology'))
  const head = await fetch(url('/v1/sources/a/topology'), { method: 'HEAD' })
  expect(head.status).toBe(200)
  expect(head.headers.get('etag')).toBe(get.headers.get('etag'))
  expect(await head.text()).toBe('')
})

const JSON_TYPE = { 'Content-Type': 'application/json' }

test('uploads that break off store nothing and harm nobody', async () => {
  const head = await testbed.store.head()
  const broken = Array.from({ length: 50 }, async (_, index) => {
    const encoding = index % 2 === 0 ? 'gzip' : 'identity'
    const socket = connect(Number(server.address.split(':')[1]), '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      `PUT /v1/sources/a/topology HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Encoding: ${encoding}\r\nContent-Length: 100000\r\n\r\n\x1f\x8b\x08`,
      'latin1',
    )
    await new Promise(resolve => socket.once('drain', resolve).write('{', resolve))
    socket.destroy()
  })
  await Promise.all(broken)
  expect((await fetch(url('/livez'))).status).toBe(200)
  expect(await testbed.store.head()).toBe(head)
})

test('a body sent without a length is stopped at the limit', async () => {
  const put = request(url('/v1/sources/a/topology'), { method: 'PUT', headers: JSON_TYPE })
  put.on('error', () => {})
  const answered = once(put, 'response')
  const chunk = Buffer.alloc(1024 * 1024, ' ')
  for (let sent = 0; sent < 70; sent++) {
    if (!put.write(chunk)) await Promise.race([once(put, 'drain'), answered])
  }
  const [response] = await answered
  expect(response.statusCode).toBe(413)
  put.destroy()
})

/** A topology of more than 5 MB, in few services with long words. */
async function pushLarge(): Promise<void> {
  const long = 'n'.repeat(240)
  const endpoints = Array.from({ length: 10 }, (_, index) => ({
    name: `${long}-${index}`,
    address: `10.0.0.${index}`,
    port: 80,
    node: long,
  }))
  const names = Array.from({ length: 1_000 }, (_, index) => `service-${index}`)
  const document = { services: names.map(name => ({ name, ports: [{ port: 80 }], endpoints })) }
  const body = JSON.stringify(document)
  const put = await fetch(url('/v1/sources/large/topology'), { method: 'PUT', body, headers: JSON_TYPE })
  expect(put.status).toBe(200)
}

test('a reader of a large part holds up nobody, nor does one that goes away', async () => {
  await pushLarge()
  const leaver = new AbortController()
  const left = await fetch(url('/v1/sources/large/topology'), { signal: leaver.signal })
  leaver.abort()
  await expect(left.text()).rejects.toThrow()

  const reader = (await fetch(url('/v1/sources/large/topology'))).body?.getReader()
  let size = 0
  let pieces = 0
  for (;;) {
    const { value } = (await reader?.read()) ?? {}
    if (value === undefined) break
    size += value.length
    pieces += 1
    // Somebody else is served while the answer is on its way.
    if (pieces % 20 === 1) expect((await fetch(url('/livez'))).status).toBe(200)
  }
  expect(size).toBeGreaterThan(5_000_000)
})

test('a large part is made in small pieces, with turns for others between them', async () => {
  await pushLarge()
  const response = await testbed.app.request('/v1/sources/large/topology')
  let turns = 0
  let next = setImmediate(function turn() {
    turns += 1
    next = setImmediate(turn)
  })
  const sizes: number[] = []
  for await (const chunk of response.body ?? []) sizes.push(chunk.length)
  clearImmediate(next)
  // Text of about 64 KiB, and the piece that filled it.
  expect(Math.max(...sizes)).toBeLessThan(80_000)
  expect(sizes.length).toBeGreaterThan(50)
  expect(turns).toBeGreaterThanOrEqual(sizes.length - 2)
})

test('closing lets running requests end and takes no more', async () => {
  const { waited, release } = testbed.proxies.holdNext()
  const waiting = fetch(url('/v1/sources/a/topology'), {
    method: 'PUT',
    body: JSON.stringify(services('one')),
    headers: { ...JSON_TYPE, Prefer: 'wait=30' },
  })
  await waited
  const closed = server.close()
  release()
  expect((await waiting).status).toBe(200)
  await closed
  await expect(fetch(url('/livez'))).rejects.toThrow()
})
