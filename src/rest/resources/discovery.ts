import { getConnInfo } from '@hono/node-server/conninfo'
import { z } from '@hono/zod-openapi'
import type { Principal } from '../../auth/principal.ts'
import {
  DISCOVERY_KINDS,
  type DiscoveryAnswer,
  type DiscoveryCaller,
  type DiscoveryKind,
} from '../../model/discovery.ts'
import { readBody } from '../body.ts'
import { jsonResponse } from '../json-stream.ts'
import { problem } from '../problem.ts'
import { json, problems } from '../responses.ts'
import { type RestContext, type Route, route } from '../route.ts'

/** What serves Envoys that ask by REST. */
export interface Discovery {
  answer(
    kind: DiscoveryKind,
    body: unknown,
    principal: Principal,
    caller: DiscoveryCaller,
  ): Promise<DiscoveryAnswer>
}

/** A node alone has 80 KB of its extensions' names; more than this no list of names needs. */
const BODY_LIMIT = 4 * 1024 * 1024

const request = z
  .looseObject({
    node: z.looseObject({}).meta({ description: '`envoy.config.core.v3.Node`, in every request' }),
    version_info: z
      .string()
      .optional()
      .meta({ description: 'of the last response that was taken; left out by whoever has none' }),
    resource_names: z
      .array(z.string())
      .optional()
      .meta({ description: 'of clusters and listeners all, where there are none' }),
    type_url: z.string().optional().meta({ description: 'that of the path' }),
  })
  .openapi('DiscoveryRequest')

const response = z
  .object({
    versionInfo: z.string().meta({ description: 'a digest of the state: equal from every replica' }),
    typeUrl: z.string(),
    resources: z.array(z.looseObject({ '@type': z.string() })),
    controlPlane: z.object({ identifier: z.string() }),
  })
  .openapi('DiscoveryResponse')

/** `/v3/discovery:clusters` and the others of its kind: the paths are those of Envoy's own services. */
export function restDiscovery(discovery: Discovery): Route[] {
  return DISCOVERY_KINDS.map(kind =>
    route({
      method: 'post',
      path: `/v3/discovery:${kind}`,
      changesNothing: true,
      summary: `The ${kind} of an Envoy whose \`api_type\` is REST`,
      description:
        'A DiscoveryRequest as ProtoJSON, its fields by either of their names; what is not known is ignored. Clusters and listeners ' +
        'say to ask here for endpoints and routes too, by the cluster that `node.metadata.xdsCluster` names and as often as ' +
        '`node.metadata.refreshDelay` says ("1s" is the default). It is 304 while an old route must wait for its cluster, too.',
      request: { body: { content: { 'application/json': { schema: request } } } },
      responses: {
        200: json('A DiscoveryResponse', response),
        304: { description: 'What is there has the version that the request brought' },
        ...problems(400, 403, 413, 415),
      },
      handle: c => answer(c, kind, discovery),
    }),
  )
}

async function answer(c: RestContext, kind: DiscoveryKind, discovery: Discovery): Promise<Response> {
  const bytes = await readBody(c.req.raw, { limit: BODY_LIMIT })
  if (bytes instanceof Response) return bytes
  const body = parse(bytes)
  if (body instanceof Response) return body
  const found = await discovery.answer(kind, body.value, c.get('principal'), {
    peer: peerOf(c),
    authority: c.req.header('host') ?? '',
  })
  switch (found.is) {
    case 'state':
      return jsonResponse(found.pieces)
    case 'unchanged':
      return new Response(null, { status: 304 })
    case 'malformed':
      return problem(400, 'the body is not a DiscoveryRequest', found.problems)
    case 'forbidden':
      return problem(403, found.detail)
  }
}

/** Not checked as pushed documents are: of this nothing is walked by recursion, and little is looked at. */
function parse(bytes: Uint8Array<ArrayBuffer>): { readonly value: unknown } | Response {
  try {
    return { value: JSON.parse(new TextDecoder().decode(bytes)) as unknown }
  } catch (error) {
    return problem(400, `the body is not JSON: ${(error as Error).message}`)
  }
}

/** Where there is no connection of our own, a platform has brought the request. */
function peerOf(c: RestContext): string {
  const env = c.env as { incoming?: object } | undefined
  return env?.incoming === undefined ? '' : (getConnInfo(c).remote.address ?? '')
}
