import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../demo/wait-until.ts'
import { type FetchHandler, openFetchHandler } from '../src/fetch-handler.ts'
import { emptySchema, onPostgres } from './support/postgres/on-postgres.ts'
import { openReplicas } from './support/replicas.ts'

const ENDPOINTS = [
  { name: 'a', address: '10.0.0.1', port: 80, zone: 'zone-a' },
  { name: 'b', address: '10.0.0.2', port: 80, zone: 'zone-b' },
]
const TOPOLOGY = {
  zones: [
    { zone: 'zone-a', region: 'r1' },
    { zone: 'zone-b', region: 'r1' },
  ],
  services: [{ name: 'backend', trafficDistribution: 'PreferSameZone', endpoints: ENDPOINTS }],
}

let folder: string
let handler: FetchHandler
const options = () => ({
  database: `sqlite:${join(folder, 'vicinity.db')}`,
  adminToken: 'secret',
  logLevel: 'error',
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vicinity-fetch-'))
  handler = await openFetchHandler(options())
})
afterAll(async () => {
  await handler?.close()
  await rm(folder, { recursive: true, force: true })
})

/** A Request as a platform would bring it. */
async function ask(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
  of = handler,
) {
  const request = new Request(`https://vicinity.example${path}`, {
    method,
    headers: { authorization: 'Bearer secret', 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  })
  const response = await of.fetch(request)
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) }
}

test('a push through the handler is stored, explained, and read back, and no port is open', async () => {
  const pushed = await ask('PUT', '/v1/sources/east/topology', TOPOLOGY)
  expect(pushed).toMatchObject({ status: 200, body: { revision: 1, warnings: [] } })
  const explained = await ask('GET', '/v1/services/default/backend/assignment?zone=zone-a')
  expect(explained.body.endpoints).toMatchObject([
    { name: 'a', chosen: true },
    { name: 'b', chosen: false },
  ])
  expect((await ask('GET', '/v1/sources/east/topology')).headers.get('etag')).toBe(`"${pushed.body.digest}"`)
  expect(process.getActiveResourcesInfo()).not.toContain('TCPServerWrap')
})

test('a wait for proxies is a preference that it does not honour: they are connected elsewhere', async () => {
  const changed = { ...TOPOLOGY, zones: [{ zone: 'zone-a', region: 'r1', capacity: 2 }] }
  const { status, headers, body } = await ask('PUT', '/v1/sources/east/topology', changed, {
    prefer: 'wait=5',
  })
  expect(status).toBe(200)
  expect(headers.get('preference-applied')).toBeNull()
  expect(body).not.toHaveProperty('convergence')
})

test('whoever brings no token is told nothing, except that it is ready', async () => {
  expect(await ask('GET', '/v1/sources', undefined, { authorization: '' })).toMatchObject({ status: 401 })
  expect((await handler.fetch(new Request('https://vicinity.example/readyz'))).status).toBe(200)
})

test('a handler that wakes up again has what was pushed before', async () => {
  await ask('PUT', '/v1/sources/west/topology', TOPOLOGY)
  await handler.close()
  handler = await openFetchHandler(options())
  const { body } = await ask('GET', '/v1/sources')
  expect(body.items.map(({ source }: { source: string }) => source)).toEqual(['east', 'west'])
})

await onPostgres(() => {
  test('one handler answers at once with what another has taken', async () => {
    const database = await emptySchema()
    const given = { ...options(), database }
    const handlers = await Promise.all([openFetchHandler(given), openFetchHandler(given)])
    const [one, other] = handlers
    try {
      await ask('PUT', '/v1/sources/east/topology', TOPOLOGY, {}, one)
      const path = '/v1/services/default/backend/assignment?zone=zone-b'
      const { body } = await ask('GET', path, undefined, {}, other)
      expect(body.endpoints).toMatchObject([
        { name: 'b', chosen: true },
        { name: 'a', chosen: false },
      ])
    } finally {
      for (const handler of handlers) await handler.close()
    }
  })

  test('it shows the proxies of the replicas', async () => {
    const replicas = await openReplicas(1)
    const shown = await openFetchHandler({ ...options(), database: replicas.database })
    try {
      await replicas.all[0]?.proxy('on-a-replica', 'zone-a', 0)
      await waitUntil('the proxy to be shown', async () => {
        const { body } = await ask('GET', '/v1/proxies', undefined, {}, shown)
        return body.items[0]?.node === 'on-a-replica'
      })
    } finally {
      await shown.close()
      await replicas.close()
    }
  })
})

test.each([
  ['without a token', { database: 'sqlite::memory:', adminToken: '' }, 'must hold a token'],
  ['without a database', { database: 'somewhere', adminToken: 'secret' }, '"somewhere" is none of'],
])('does not open %s', async (_what, given, says) => {
  await expect(openFetchHandler(given)).rejects.toThrow(says)
})
