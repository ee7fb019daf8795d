import {
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js'
import pino from 'pino'
import { onTestFinished } from 'vitest'
import type { Authenticate } from '../../../src/auth/authenticate.ts'
import { encodeDiscoveryResource, versionOf } from '../../../src/proto/discovery-resource.ts'
import { encode } from '../../../src/proto/message.ts'
import { messageNameOf } from '../../../src/proto/type-urls.ts'
import type { Resource } from '../../../src/translate/resource.ts'
import { openXdsServer, type XdsServer } from '../../../src/xds/server.ts'
import type { ClientStatuses } from '../../../src/xds/side-services/client-statuses.ts'
import { TestClient } from '../grpc-client.ts'
import { noLoads } from '../no-loads.ts'
import { NAMES } from '../protocol/resource-table.ts'
import { CDS, Tables } from '../protocol/session.ts'

/** Tokens that say by themselves what they may do. */
const tokens: Authenticate = authorization => {
  if (authorization === 'Bearer admin') return { name: 'admin', scopes: ['admin'] }
  return authorization === 'Bearer proxy' ? { name: 'proxy', scopes: [] } : undefined
}

export const ADMIN = { authorization: 'Bearer admin' }

/** A server over tables that a test writes; its operators ask for the proxies that are connected to it. */
export async function openSideBed() {
  const tables = new Tables()
  const statuses: ClientStatuses = {
    list: async () => server.proxies.list(),
    resources: async ({ id }) =>
      (server.proxies.held(id) ?? []).flatMap(({ typeUrl, resources }) =>
        resources.map(one => ({ typeUrl, ...one })),
      ),
  }
  const server: XdsServer = await openXdsServer({
    host: '127.0.0.1',
    port: 0,
    audiences: {
      names: NAMES,
      join: node => ({
        names: NAMES,
        views: typeUrl => (typeUrl.includes('config') ? tables.table(typeUrl).view : undefined),
        viewpoint: () => node.viewpoint,
        warnings: () => [],
        leave: () => undefined,
      }),
    },
    authenticate: tokens,
    authorize: () => undefined,
    replica: 'replica-1',
    revision: 1,
    loads: noLoads,
    loadInterval: 10_000,
    clientStatuses: statuses,
    log: pino({ level: 'silent' }),
  })
  onTestFinished(() => server.close(0))
  const address = `127.0.0.1:${server.port}`
  const client = new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })
  onTestFinished(() => client.close())
  const proxies = new TestClient(address)
  onTestFinished(() => proxies.close())
  return { server, tables, client, proxies }
}

export function cluster(name: string, padding = ''): Resource {
  const body = encode(messageNameOf(CDS), { name, altStatName: padding })
  const version = versionOf(body)
  const encoded = encodeDiscoveryResource(name, version, CDS, body)
  return { name, typeUrl: CDS, version, encoded, references: [] }
}

function metadataOf(headers: Record<string, string>): Metadata {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  return metadata
}

type Method<Request, Response> = Pick<
  MethodDefinition<Request, Response>,
  'path' | 'requestSerialize' | 'responseDeserialize'
>

/** One request, one response; rejects with the error that ended the call. */
export function ask<Request, Response>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: Method<Request, Response>,
  request: Request,
  headers: Record<string, string> = {},
): Promise<Response> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadataOf(headers),
      (error: ServiceError | null, response?: Response) =>
        error || response === undefined ? reject(error) : resolve(response),
    )
  })
}

/** A stream both ways; what came, and how it ended. */
export function converse<Request, Response>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: Method<Request, Response>,
  headers: Record<string, string> = {},
): { call: ClientDuplexStream<Request, Response>; received: Response[]; status: Promise<StatusObject> } {
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadataOf(headers))
  const received: Response[] = []
  call.on('data', response => received.push(response))
  call.on('error', () => undefined)
  const status = new Promise<StatusObject>(resolve => call.on('status', resolve))
  return { call, received, status }
}
