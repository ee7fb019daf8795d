import { z } from '@hono/zod-openapi'
import { PARTS } from '../../model/entry.ts'
import type { Collaborators } from '../../operations/collaborators.ts'
import type { BodyBudget } from '../body-budget.ts'
import { bodyFormat } from '../body-format.ts'
import { sourceParams } from '../parameters.ts'
import { answerPush, pushHeaders, pushQuery } from '../push-request.ts'
import { kubernetesObjects } from '../pushed-documents.ts'
import { problems } from '../responses.ts'
import { type Route, route } from '../route.ts'
import { conflict, NOT_PUSHED } from '../write-conflict.ts'
import { writeResponse } from '../write-document.ts'

/**
 * Bytes of the largest body. 10,000 Services with 100,000 endpoints come to 120 MiB as kubectl prints them; YAML takes
 * a second and a hundred megabytes of memory for each megabyte.
 */
const LIMITS = { json: 256 * 1024 * 1024, yaml: 16 * 1024 * 1024 }

const DESCRIPTION = `Nodes, Namespaces, Services, EndpointSlices, GatewayClasses, Gateways, HTTPRoutes, GRPCRoutes and
ReferenceGrants, as the Kubernetes API has them. Both parts of the source become what the objects say, or the one that
\`part\` names; all of it or nothing. What is not understood is a warning, and all pointers lead into the document that was
sent: /items/7/spec/… in a List, /2/spec/… in several documents. Bodies may be gzipped; 256 MiB of JSON, 16 MiB of YAML.`

/** `/v1/sources/{source}/kubernetes`. */
export function kubernetesPush(collaborators: Collaborators, budget: BodyBudget): Route {
  return route({
    method: 'put',
    path: '/v1/sources/{source}/kubernetes',
    summary: 'Replaces what a source says by what Kubernetes objects say',
    description: DESCRIPTION.replaceAll('\n', ' '),
    params: sourceParams,
    query: {
      ...pushQuery,
      part: z.enum(PARTS).optional().openapi({ description: 'replace only this part; absent: both' }),
    },
    request: {
      headers: pushHeaders,
      body: {
        required: true,
        content: {
          'application/json': { schema: kubernetesObjects },
          'application/yaml': { schema: kubernetesObjects },
        },
      },
    },
    responses: { 200: writeResponse, ...problems(400, 412, 413, 415, 422, 503), ...conflict(NOT_PUSHED) },
    handle: async (c, { params, query }) => {
      const { part = 'both', dryRun = false, force = false } = query
      const kubernetes = bodyFormat(c.req.header('content-type') ?? '') ?? 'json'
      const target = { source: params.source, part, mode: 'replace', dryRun, force, kubernetes } as const
      const reading = { limit: LIMITS[kubernetes], formats: ['json', 'yaml'] } as const
      return answerPush(collaborators, budget, c, target, reading)
    },
  })
}
