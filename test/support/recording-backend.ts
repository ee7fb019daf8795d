import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

interface Received {
  readonly method: string
  readonly path: string
  readonly host: string | undefined
  /** Names in lower case; the values of a repeated header behind each other. */
  readonly headers: Readonly<Record<string, string>>
}

export interface RecordingBackend {
  readonly name: string
  readonly port: number
  /** What came since the last `forget`, in order. */
  readonly received: readonly Received[]
  forget(): void
  close(): Promise<void>
}

/**
 * A backend that remembers what it was asked and says who it is in the header `x-backend`. Its own words in a path
 * make it behave as the test needs: `status=N`, `delay=MS`, `reset` (the connection breaks), `header=NAME:VALUE`.
 * It speaks WebSocket as far as giving back what it is sent.
 */
export async function startRecordingBackend(name: string): Promise<RecordingBackend> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    received.push(record(request))
    answer(name, request, response)
  })
  server.on('upgrade', acceptUpgrade)
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    name,
    port: (server.address() as AddressInfo).port,
    received,
    forget: () => {
      received.length = 0
    },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function record({ method = '', url = '', headers, headersDistinct }: IncomingMessage): Received {
  const values = Object.entries(headersDistinct).map(([name, all = []]) => [name, all.join(',')])
  return { method, path: url, host: headers.host, headers: Object.fromEntries(values) }
}

function answer(name: string, request: IncomingMessage, response: ServerResponse): void {
  const wish = new URL(request.url ?? '/', 'http://localhost').searchParams
  request.resume()
  if (wish.has('reset')) {
    request.socket.destroy()
    return
  }
  response.setHeader('x-backend', name)
  for (const header of wish.getAll('header')) {
    const [key = '', value = ''] = header.split(':')
    response.appendHeader(key, value)
  }
  response.statusCode = Number(wish.get('status') ?? 200)
  setTimeout(() => response.end(), Number(wish.get('delay') ?? 0))
}

/** RFC 6455, section 4.2.2; frames go back as they came. */
function acceptUpgrade(request: IncomingMessage, socket: Duplex): void {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
  const accepted = createHash('sha1').update(key).digest('base64')
  socket.on('error', () => socket.destroy())
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accepted}\r\n\r\n`,
  )
  socket.pipe(socket)
}
