import { randomUUID } from 'node:crypto'
import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Closing } from '../../demo/closing.ts'
import { type Answer, request } from '../../demo/http-request.ts'
import { type RunningProcess, startProcess } from '../../demo/running-process.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { builtFile } from '../support/built/built-file.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { emptySchema, onPostgres } from '../support/postgres/on-postgres.ts'
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { TestClient } from '../xds/grpc-client.ts'
import { CDS } from '../xds/protocol/session.ts'

/** What must not be in any line. */
const SECRETS = {
  token: `token-${randomUUID()}`,
  'a token that is not known': `other-${randomUUID()}`,
  'the password of the database': `password-${randomUUID()}`,
  'what was pushed': `value-${randomUUID()}`,
  'what was refused': `refused-${randomUUID()}`,
}

const READY_IN = 30_000

await onPostgres(() => {
  const closing = new Closing()
  let server: RunningProcess
  let output = ''
  let rest = ''
  let xds = ''
  let database: TcpProxy

  beforeAll(async () => {
    const url = new URL(await emptySchema())
    database = await openTcpProxy({ port: Number(url.port) })
    closing.addWay(() => database.close())
    url.password = SECRETS['the password of the database']
    const flags = ['--rest', '127.0.0.1:0', '--xds', '127.0.0.1:0', '--log-level', 'debug']
    const environment = {
      VICINITY_DATABASE: database.through(url.href),
      VICINITY_ADMIN_TOKEN: SECRETS.token,
    }
    server = startProcess(
      'vicinity',
      process.execPath,
      [builtFile('cli/main'), 'serve', ...flags],
      environment,
      text => {
        output += text
      },
    )
    closing.addWay(() => server.stop())
    const ready = await server.waitForLine(line => (line.includes('"msg":"ready"') ? line : undefined))
    ;({ rest, xds } = JSON.parse(ready) as { rest: string; xds: string })
  }, READY_IN)
  afterAll(() => closing.close())

  const call = (method: string, path: string, body?: string, token = SECRETS.token): Promise<Answer> =>
    request(rest, {
      method,
      path,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body }),
    })

  const lines = () =>
    output
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as Record<string, unknown>)

  /** The first line that begins so. */
  async function logged(message: string): Promise<Record<string, unknown>> {
    const found = () => lines().find(line => String(line.msg).startsWith(message))
    await waitUntil(`"${message}" to be logged`, () => found() !== undefined)
    return found() as Record<string, unknown>
  }

  /** A route that adds a header with this value to each request. */
  function snapshot(value: string, port: unknown = 10_080): string {
    const filter = {
      type: 'RequestHeaderModifier',
      requestHeaderModifier: { set: [{ name: 'x-api-key', value }] },
    }
    const rule = { ...toService('/', 'web'), filters: [filter] }
    const routes = { gateways: [gateway('edge', port as number)], routes: [route('web', [rule])] }
    return JSON.stringify({ topology: topology(service('web', [{ port: 9_000 }])), routes })
  }

  test('no line of a server that logs everything has a secret, whatever happens to it', async () => {
    const path = '/v1/sources/east/snapshot'
    const answer = await call('PUT', path, snapshot(SECRETS['what was pushed']))
    expect(answer.status).toBe(200)
    const refused = SECRETS['what was refused']
    const odd = [snapshot(refused, refused), `{"topology": "${refused}"`, `{"${refused}": 1}`]
    for (const body of odd) expect((await call('PUT', path, body)).status).toBeOneOf([400, 422])
    const stranger = SECRETS['a token that is not known']
    expect((await call('PUT', path, '{}', stranger)).status).toBe(401)

    const client = new TestClient(xds)
    closing.addWay(async () => client.close())
    const strange = client.stream({ authorization: `Bearer ${stranger}` })
    strange.begin(CDS)
    expect((await strange.status).code).toBe(status.UNAUTHENTICATED)
    const stream = client.stream({ authorization: `Bearer ${SECRETS.token}` })
    stream.begin(CDS, {}, { metadata: { fields: { password: { stringValue: refused } } } })
    const { nonce } = await stream.next()
    stream.send({
      typeUrl: CDS,
      responseNonce: nonce,
      errorDetail: { code: 13, message: 'this port is taken' },
    })
    await logged('proxy rejected a response')
    stream.send({ typeUrl: '' })
    expect((await stream.status).code).toBe(status.INVALID_ARGUMENT)

    await database.cut()
    await logged('the database cannot be reached')
    expect((await call('PUT', path, snapshot('other'))).status).toBe(503)
    await database.heal()
    await logged('the database can be reached again')
    await server.stop()

    const write = (await logged('write')) as { request: string }
    expect(write).toMatchObject({
      method: 'PUT',
      path,
      status: 200,
      by: 'admin',
      source: 'east',
      part: 'both',
      revision: 1,
    })
    expect(write.request).toBe(answer.headers['x-request-id'])
    const connected = await logged('proxy connected')
    expect(connected).toMatchObject({ node: 'n1', zone: 'r1/zone-a', gateway: 'default/edge', form: 'delta' })
    for (const message of ['proxy rejected a response', 'ended the stream of a proxy', 'proxy disconnected'])
      expect(await logged(message), message).toMatchObject({ proxy: connected.proxy })
    expect(await logged('a client without a valid token was refused')).toHaveProperty('peer')
    const told = Object.entries(SECRETS).filter(([, secret]) => output.includes(secret))
    expect(told.map(([name]) => name)).toEqual([])
  })
})
