import { z } from '@hono/zod-openapi'
import { CLIENT_KINDS, PROXY_FORMS, type Proxies, TYPE_STATUSES } from '../../model/proxies.ts'
import { listProxies, readProxy } from '../../operations/proxies.ts'
import { isRefusal } from '../../operations/refusal.ts'
import { listQuery, listRequest, pageOf } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'

const text = z.string().max(1024).optional()

const proxy = z
  .object({
    id: z.string().meta({ description: 'our own id of the stream; node ids repeat' }),
    node: z.string(),
    kind: z.enum(CLIENT_KINDS).meta({ description: 'grpc: a program whose gRPC library needs no Envoy' }),
    gateway: z.string(),
    viewpoint: z.object({
      region: z.string(),
      zone: z.string(),
      subZone: z.string(),
      node: z.string(),
      source: z.string(),
      network: z.string(),
    }),
    form: z.enum(PROXY_FORMS).meta({
      description:
        'changes (delta) or states of the world (sotw), all types on one stream or each on its own',
    }),
    configSource: z.looseObject({}).optional().meta({
      description:
        'where its clusters and listeners tell it to take endpoints and routes from, as Envoy has it; absent: ADS',
    }),
    replica: z.string(),
    userAgent: z.string(),
    peer: z.string(),
    connectedAt: z.string(),
    revision: z
      .int()
      .meta({ description: 'everything up to this revision was sent to it and answered by it' }),
    behind: z
      .object({
        revisions: z.int(),
        since: z.string().meta({ description: 'when the first of them came to its replica' }),
      })
      .optional()
      .meta({ description: 'how many later revisions it has not answered; absent where there is none' }),
    synced: z.boolean(),
    types: z.array(
      z.object({
        typeUrl: z.string(),
        status: z.enum(TYPE_STATUSES).meta({
          description:
            'NACK: something stands refused; STALE: something sent is not answered; NOT_SENT: something is still to be sent',
        }),
        unansweredSince: z
          .string()
          .optional()
          .meta({ description: 'when the oldest response was sent that waits for its answer' }),
        wildcard: z.boolean(),
        names: z.int(),
        sent: z.int(),
        acked: z.int(),
        held: z.int().meta({ description: 'changes that wait for what they need to be acknowledged first' }),
        quarantined: z.array(z.string()).optional().meta({
          description: 'names whose newest version others refused: it is sent the last good one, or nothing',
        }),
        rejected: z
          .object({ detail: z.string(), resources: z.array(z.string()), at: z.string() })
          .optional()
          .meta({ description: 'the last NACK that no later ACK has made good' }),
      }),
    ),
    warnings: z.array(z.string()),
  })
  .openapi('Proxy')

/** `/v1/proxies` and `/v1/proxies/{id}`. */
export function connectedProxies(proxies: Proxies): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/proxies',
      summary: 'The connected proxies: what was sent, acknowledged and rejected',
      description:
        'Those of all replicas; what others than the one that answers say of theirs may be some seconds old. ' +
        'Sorts and filters by id, node, kind, gateway, region, zone, source, form, replica, connectedAt, revision, behind, synced, rejected, warnings.',
      query: { ...listQuery, node: text, gateway: text, zone: text },
      responses: { 200: json('A page of proxies', pageOf(proxy)), ...problems(400) },
      handle: async (c, { query }) => {
        const page = await listProxies(proxies, query, listRequest(query))
        return isRefusal(page) ? refusalProblem(page) : c.json(page)
      },
    }),
    route({
      method: 'get',
      path: '/v1/proxies/{id}',
      summary: 'One connected proxy',
      params: { id: z.string().max(1024) },
      responses: { 200: json('The proxy', proxy), ...problems(400, 404) },
      handle: async (c, { params }) => {
        const found = await readProxy(proxies, params.id)
        return isRefusal(found) ? refusalProblem(found) : c.json(found)
      },
    }),
  ]
}
