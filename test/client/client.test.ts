import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { Client } from '../../src/client/client.ts'
import { ClientError, Unreachable } from '../../src/client/client-error.ts'

const servers: ReturnType<typeof createServer>[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

async function serving(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(handle).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a push', () => {
  test('says what it wants in the terms of the API, and zips what is large', async () => {
    const seen: { request: IncomingMessage; body: Buffer }[] = []
    const server = await serving(async (request, response) => {
      seen.push({ request, body: await buffer(request) })
      response.end('{}')
    })
    const client = new Client({ server, token: 'secret' })
    await client.push('east', 'routes', { routes: [] }, { dryRun: true, force: true, wait: 7, epoch: 0 })
    await client.push('east', 'topology', { services: ['x'.repeat(100_000)] })
    const [small, large] = seen
    expect(small?.request).toMatchObject({
      method: 'PUT',
      url: '/v1/sources/east/routes?dryRun=true&force=true',
    })
    expect(small?.request.headers).toMatchObject({
      authorization: 'Bearer secret',
      'content-type': 'application/json',
      prefer: 'wait=7',
      epoch: '0',
    })
    expect(small?.body.toString()).toBe('{"routes":[]}')
    expect(large?.request.headers['content-encoding']).toBe('gzip')
    expect(JSON.parse(gunzipSync(large?.body ?? '').toString()).services).toHaveLength(1)
  })
})

describe('a refusal', () => {
  test('is an error with the status, the words and every problem', async () => {
    const errors = [{ pointer: '/a', detail: 'is wrong' }]
    const server = await serving((_, response) => {
      response.writeHead(422, { 'Content-Type': 'application/problem+json' })
      response.end(JSON.stringify({ title: 'Unprocessable Entity', detail: 'no', errors }))
    })
    const error = await new Client({ server }).diff(1).catch(caught => caught)
    expect(error).toBeInstanceOf(ClientError)
    expect(error).toMatchObject({ status: 422, message: '422 Unprocessable Entity: no', problems: errors })
  })

  test('by something else than Vicinity is told by its status', async () => {
    const server = await serving((_, response) => response.writeHead(502, 'Bad Gateway').end('<html>'))
    await expect(new Client({ server }).diff(1)).rejects.toMatchObject({
      status: 502,
      message: '502 Bad Gateway',
    })
  })
})

test('a server that does not answer is unreachable after the time limit', async () => {
  const server = await serving(() => {})
  const error = await new Client({ server, timeout: 50 }).proxies({}).catch(caught => caught)
  expect(error).toBeInstanceOf(Unreachable)
  expect(error.message).toContain('timeout')
})

test('all pages of the proxies are read', async () => {
  const server = await serving((request, response) => {
    const after = new URL(request.url ?? '', 'http://x').searchParams.get('after')
    response.end(
      JSON.stringify(
        after === null ? { items: [{ id: '1' }], next: 'n' } : { items: [{ id: '2' }], next: null },
      ),
    )
  })
  expect(await new Client({ server }).proxies({})).toEqual([{ id: '1' }, { id: '2' }])
})

test('a redirect is not followed: the token is for this server alone', async () => {
  const server = await serving((_, response) =>
    response.writeHead(307, { Location: 'http://127.0.0.1:9/' }).end(),
  )
  await expect(new Client({ server, token: 'secret' }).diff(1)).rejects.toBeInstanceOf(Unreachable)
})
