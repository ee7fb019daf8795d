import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface EchoServer {
  readonly pod: string
  readonly port: number
  /** Requests that it has answered so far. */
  requests(): number
  /** Cuts every connection and refuses new ones. */
  close(): Promise<void>
}

/**
 * Answers every request with what it was asked, in the form of Envoy Gateway's example backend. Two query parameters
 * make it misbehave: `delay=MS` answers late, `status=N` answers with that status.
 */
export async function serveEcho(pod: string, port = 0, host = '127.0.0.1'): Promise<EchoServer> {
  let requests = 0
  const server = createServer(async (request, response) => {
    requests += 1
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams
    request.resume()
    await sleep(Number(query.get('delay') ?? 0))
    response.writeHead(Number(query.get('status') ?? 200), { 'content-type': 'application/json' })
    response.end(JSON.stringify(echoOf(request, pod), null, 2))
  })
  server.keepAliveTimeout = 0
  server.listen(port, host)
  await once(server, 'listening')
  return {
    pod,
    port: (server.address() as AddressInfo).port,
    requests: () => requests,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function echoOf(request: IncomingMessage, pod: string): object {
  return {
    path: request.url,
    host: request.headers.host,
    method: request.method,
    proto: `HTTP/${request.httpVersion}`,
    headers: Object.fromEntries(
      Object.entries(request.headersDistinct)
        .filter(([name]) => name !== 'host')
        .map(([name, values]) => [name.replace(/(^|-)[a-z]/g, start => start.toUpperCase()), values]),
    ),
    namespace: 'default',
    ingress: '',
    service: '',
    pod,
  }
}
