import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { type Address, formatAddress } from '../address.ts'
import type { RestApp } from './rest-app.ts'

const SECOND = 1_000

/**
 * Limits on what a client may hold open. Node's defaults (60 s for headers, 300 s for a request, no limit of
 * connections or headers) suit a server behind a proxy; this one stands alone.
 */
const LIMITS = {
  headersTimeout: 10 * SECOND,
  /** For a whole request: 64 MiB at 550 KiB/s. */
  requestTimeout: 120 * SECOND,
  /** Longer than a load balancer keeps an idle connection, or it meets closed ones. */
  keepAliveTimeout: 60 * SECOND,
  /** How often the first two are looked at. */
  connectionsCheckingInterval: 5 * SECOND,
  maxHeaderSize: 16 * 1024,
}
const MAX_CONNECTIONS = 1_024
const MAX_HEADERS = 64

export interface RestServer {
  /** With the real port. */
  readonly address: string
  /** Takes no more connections, lets running requests end (for at most `grace` milliseconds), then closes. */
  close(grace?: number): Promise<void>
}

/** Listens; port 0 is any free one. Rejects where the address cannot be had. */
export async function serveRest(app: RestApp, address: Address): Promise<RestServer> {
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions: LIMITS }) as Server
  server.maxConnections = MAX_CONNECTIONS
  server.maxHeadersCount = MAX_HEADERS
  server.listen(address.port, address.host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: formatAddress({ host: address.host, port }),
    close: (grace = 10 * SECOND) => closeServer(server, grace),
  }
}

async function closeServer(server: Server, grace: number): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  // A connection whose last request has ended would otherwise stay open for its keep-alive time.
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  const late = setTimeout(() => server.closeAllConnections(), grace)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}
