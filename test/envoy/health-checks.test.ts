import { once } from 'node:events'
import { createServer, type Http2Server } from 'node:http2'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Closing } from '../../demo/closing.ts'
import { startLoad } from '../../demo/load.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'
import { openZoneBed, type ZoneBed } from '../support/zone-bed.ts'

const byHttp = (http: object = {}, fields: object = {}) => ({
  healthCheck: {
    active: { type: 'HTTP', interval: '100ms', http: { path: '/healthz', ...http }, ...fields },
  },
})

describe('active health checks of a real Envoy', () => {
  const closing = new Closing()
  let zone: ZoneBed

  beforeEach(async () => {
    zone = await openZoneBed()
    closing.addWay(() => zone.close())
  }, SETUP_TIMEOUT)
  afterEach(() => closing.close())

  test('an endpoint that fails them loses its requests before it had one, and has them back', async () => {
    await zone.push(byHttp())
    await zone.healthy(2)
    zone.local.answerChecks(503)
    await zone.healthy(1)
    await zone.answeredBy('other')
    expect((await zone.send(100)).byPod).toEqual({ other: 100 })
    zone.local.answerChecks(200)
    await zone.healthy(2)
    // Envoy's own way of telling its workers would take up to a second more.
    expect((await zone.send(200, 4)).byPod.local).toBeGreaterThan(100)
    await zone.answeredBy('local')
    expect((await zone.send(100)).byPod).toEqual({ local: 100 })
  })

  test('an endpoint that does not answer in time loses its requests', async () => {
    await zone.push(byHttp({}, { timeout: '100ms', unhealthyThreshold: 1 }))
    zone.local.answerChecks(200, 1000)
    await zone.healthy(1)
    await zone.answeredBy('other')
    expect((await zone.send(100)).byPod).toEqual({ other: 100 })
  })

  test('are asked as the service says, and by the name of the service', async () => {
    await zone.push(byHttp())
    await waitUntil('a check', () => zone.local.checks.length > 0)
    expect(zone.local.checks.at(-1)).toEqual({ method: 'GET', path: '/healthz', host: 'web.default' })

    zone.local.answerChecks(204)
    zone.other.answerChecks(201)
    const http = {
      path: '/healthz/deep?a=1',
      method: 'HEAD',
      hostname: 'a.example.com',
      expectedStatuses: [204],
    }
    await zone.push(byHttp(http))
    await zone.healthy(1)
    expect(zone.local.checks.at(-1)).toEqual({
      method: 'HEAD',
      path: '/healthz/deep?a=1',
      host: 'a.example.com',
    })
    expect((await zone.send(20)).byPod).toEqual({ local: 20 })
  })

  test('when all fail requests go on to all endpoints, unless the service wants none to', async () => {
    for (const one of [zone.local, zone.other]) one.answerChecks(503)
    await zone.push(byHttp())
    await zone.healthy(0)
    const { byPod, failures } = await zone.send(100)
    expect(failures).toEqual([])
    expect(Object.keys(byPod).sort()).toEqual(['local', 'other'])

    await zone.push({ healthCheck: { ...byHttp().healthCheck, panicThreshold: 0 } })
    await zone.healthy(0)
    expect((await zone.send(20)).failures).toHaveLength(20)
  })

  test('an endpoint that goes is let go at once, however healthy it is', async () => {
    await zone.push(byHttp())
    await zone.healthy(2)
    await zone.push(byHttp(), zone.endpoints().slice(1))
    expect((await zone.send(100)).byPod).toEqual({ other: 100 })
  })

  test('a route waits until the endpoints of a service that comes with it were checked', async () => {
    zone.local.answerChecks(200, 300)
    const load = startLoad(zone.target, 200)
    const fresh = service('fresh', [{ port: zone.local.port }], byHttp())
    const { port } = new URL(`http://${zone.target.address}`)
    await zone.bed.api.put('/v1/sources/test/snapshot', {
      topology: topology(service('web', zone.endpoints()), fresh),
      routes: {
        gateways: [gateway('edge', Number(port))],
        routes: [route('all', [toService('/', 'fresh')])],
      },
    })
    const requests = () => zone.envoy.stat('cluster.default/fresh/3000.upstream_rq_completed')
    await waitUntil('the new service to be asked', async () => ((await requests()) ?? 0) > 20)
    expect((await load.stop()).failures).toEqual([])
  })

  test('by connection find who does not listen, and by bytes who does not answer', async () => {
    const pong = await listen(text => (text === 'PING\r\n' ? '+PONG\r\n' : undefined))
    const mute = await listen(() => undefined)
    const endpoints = [{ port: pong }, { port: mute, zone: 'zone-b' }]
    const tcp = (fields: object) => ({
      healthCheck: {
        active: { type: 'TCP', interval: '100ms', timeout: '500ms', unhealthyThreshold: 1, ...fields },
      },
    })
    await zone.push(tcp({}), endpoints)
    await zone.healthy(2)
    const receive = { type: 'Binary', binary: Buffer.from('+PONG').toString('base64') }
    await zone.push(tcp({ tcp: { send: { type: 'Text', text: 'PING\r\n' }, receive } }), endpoints)
    await zone.healthy(1)
  })

  test('by gRPC ask grpc.health.v1.Health of a port that nobody else says to speak HTTP/2', async () => {
    const asked: string[] = []
    const serving = await serveHealth(1, asked)
    const notServing = await serveHealth(2, [])
    const active = { type: 'GRPC', interval: '100ms', grpc: { service: 'shop.v1.Cart' } }
    await zone.push({ healthCheck: { active } }, [{ port: serving }, { port: notServing, zone: 'zone-b' }])
    await zone.healthy(1)
    expect(asked[0]).toBe('web.default/grpc.health.v1.Health/Check shop.v1.Cart')
  })

  test('by HTTP ask a port of h2c in HTTP/2', async () => {
    const port = await serveHealth(1, [])
    const ports = [{ port: 3000, appProtocol: 'kubernetes.io/h2c' }]
    await zone.push({ ports, ...byHttp() }, [{ port }])
    await zone.healthy(1)
  })

  async function listen(answer: (text: string) => string | undefined): Promise<number> {
    const server = createTcpServer(socket => {
      socket.on('error', () => socket.destroy())
      socket.on('data', bytes => {
        const text = answer(bytes.toString())
        if (text !== undefined) socket.write(text)
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.addWay(async () => void server.close())
    return (server.address() as AddressInfo).port
  }

  /** Answers every call with this `HealthCheckResponse.status`, and every other request with 200. */
  async function serveHealth(status: number, asked: string[]): Promise<number> {
    const server: Http2Server = createServer()
    server.on('stream', (stream, headers) => {
      const chunks: Buffer[] = []
      stream.on('error', () => stream.destroy())
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        // A gRPC message has 5 bytes before it, and the name of the service 2 of protobuf.
        asked.push(`${headers[':authority']}${headers[':path']} ${Buffer.concat(chunks).subarray(7)}`)
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
        stream.end(Buffer.from([0, 0, 0, 0, 2, 8, status]))
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.addWay(async () => void server.close())
    return (server.address() as AddressInfo).port
  }
})
