import { once } from 'node:events'
import { createServer } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Closing } from '../../demo/closing.ts'
import { backend, route, service } from '../support/documents.ts'
import { startRecordingBackend } from '../support/recording-backend.ts'
import { openRouteBed, type RouteBed } from '../support/route-bed.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'

describe('protocols of backends through a real Envoy', () => {
  const closing = new Closing()
  let bed: RouteBed

  beforeAll(async () => {
    const h2c = createServer({ settings: { enableConnectProtocol: true } }, (request, response) => {
      response.setHeader('x-backend', `HTTP/${request.httpVersion}`)
      response.end()
    })
    // RFC 8441: what an Upgrade is in HTTP/1.1, CONNECT is here.
    h2c.on('connect', (request, response) => {
      response.writeHead(200)
      request.stream.pipe(request.stream)
    })
    h2c.listen(0, '127.0.0.1')
    await once(h2c, 'listening')
    closing.addWay(async () => void h2c.close())
    const sockets = await startRecordingBackend('sockets')
    closing.addWay(() => sockets.close())
    const speaking = (appProtocol: string) => ({ ports: [{ port: 3000, appProtocol }] })
    bed = await openRouteBed(
      service('h2c', [{ port: (h2c.address() as AddressInfo).port }], speaking('kubernetes.io/h2c')),
      service('ws', [{ port: sockets.port }], speaking('kubernetes.io/ws')),
    )
    closing.addWay(() => bed.close())
  }, SETUP_TIMEOUT)
  afterAll(() => closing.close())

  test('kubernetes.io/h2c is spoken to in HTTP/2', async () => {
    await bed.push(route('h2c', [{ backendRefs: [backend('h2c')] }]))
    expect((await bed.ask('/')).from).toBe('HTTP/2.0')
  })

  test('a WebSocket goes through to kubernetes.io/h2c, too, where the backend has extended CONNECT', async () => {
    await bed.push(route('h2c', [{ backendRefs: [backend('h2c')] }]))
    expect(await overWebSocket(bed.port, 'hello', 0)).toMatch(/^HTTP\/1.1 101 .*hello$/s)
  })

  test('a WebSocket goes through to kubernetes.io/ws, and outlasts the timeouts of its rule', async () => {
    const timeouts = { request: '200ms', backendRequest: '100ms' }
    await bed.push(route('ws', [{ timeouts, backendRefs: [backend('ws')] }]))
    expect(await overWebSocket(bed.port, 'hello', 500)).toMatch(/^HTTP\/1.1 101 .*hello$/s)
  })
})

/** What came on a connection that was upgraded, waited, and was then sent a text. */
async function overWebSocket(port: number, text: string, wait: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let got = ''
  socket.setEncoding('utf8').on('data', chunk => {
    got += chunk
  })
  const closed = once(socket, 'close')
  socket.write(
    [
      'GET /chat HTTP/1.1',
      'Host: example.com',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '\r\n',
    ].join('\r\n'),
  )
  setTimeout(() => socket.write(text), wait)
  socket.on('data', () => {
    if (got.endsWith(text)) socket.end()
  })
  await closed
  return got
}
