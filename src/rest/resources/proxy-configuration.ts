import { z } from '@hono/zod-openapi'
import { RESOURCE_STATUSES } from '../../model/held-resources.ts'
import { RESOURCE_TYPE_NAMES } from '../../model/resource-types.ts'
import { configurationDifference, differenceDocument } from '../../operations/configuration/difference.ts'
import { configurationDocument } from '../../operations/configuration/document.ts'
import { type Configurable, readConfiguration } from '../../operations/configuration/read-configuration.ts'
import { isRefusal } from '../../operations/refusal.ts'
import { jsonResponse } from '../json-stream.ts'
import { flag, integer, revisionNumber } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'

const params = { id: z.string().max(1024) }

const types = z.array(z.enum(RESOURCE_TYPE_NAMES)).max(RESOURCE_TYPE_NAMES.length).default([])

const message = z
  .unknown()
  .meta({ description: 'of Envoy, as ProtoJSON; null where there is none, or it is not known' })

const version = {
  version: z.string().nullable().meta({ description: 'null where the proxy has none' }),
  message: message.optional(),
}

const configuration = z
  .object({
    proxy: z.string(),
    node: z.string(),
    gateway: z.string(),
    replica: z.string(),
    revision: z.int(),
    exact: z.boolean().meta({
      description:
        "true: as it was sent and answered on the proxy's stream; false: worked out from what all sources said at the revision",
    }),
    resources: z.array(
      z.object({
        type: z.string().meta({ description: 'cds, eds, lds, rds' }),
        name: z.string(),
        status: z.enum(RESOURCE_STATUSES).optional().meta({
          description: 'absent where the question is what would have been',
        }),
        ...version,
        offered: z.object(version).optional().meta({
          description:
            'what it is to have instead: not answered, refused, or not sent; absent where the resource is to go',
        }),
      }),
    ),
  })
  .openapi('ProxyConfiguration')

const difference = z
  .object({
    proxy: z.string(),
    node: z.string(),
    from: z.int(),
    to: z.int(),
    changes: z.array(
      z.object({
        type: z.string(),
        name: z.string(),
        change: z.enum(['added', 'updated', 'removed']),
        before: message,
        after: message,
      }),
    ),
  })
  .openapi('ProxyConfigurationDiff')

/** `/v1/proxies/{id}/config` and `…/config/diff`. */
export function proxyConfiguration(collaborators: Configurable): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/proxies/{id}/config',
      summary: 'What a connected proxy has, resource by resource, or would have had at a revision',
      description:
        'Of a proxy that is connected to another replica than the one that answers it is what it has answered, worked out anew (`exact` is false).',
      params,
      query: {
        type: types,
        name: z.string().max(1024).optional(),
        revision: revisionNumber.optional().openapi({ description: 'what it would have had then' }),
        contents: flag.optional().openapi({ description: 'false: without messages' }),
      },
      responses: { 200: json('The resources', configuration), ...problems(400, 404, 410, 503) },
      handle: async (_, { params: { id }, query: { type, contents = true, ...rest } }) => {
        const found = await readConfiguration(collaborators, { proxy: id, types: type, ...rest })
        return isRefusal(found) ? refusalProblem(found) : jsonResponse(configurationDocument(found, contents))
      },
    }),
    route({
      method: 'get',
      path: '/v1/proxies/{id}/config/diff',
      summary: 'How what a connected proxy would have been served at two revisions differs',
      params,
      query: {
        type: types,
        from: integer(0, Number.MAX_SAFE_INTEGER).openapi({ description: '0 is the empty database' }),
        to: revisionNumber.optional().openapi({ description: 'default: the newest' }),
      },
      responses: { 200: json('The resources that differ', difference), ...problems(400, 404, 410, 503) },
      handle: async (_, { params: { id }, query: { type, from, to } }) => {
        const found = await configurationDifference(collaborators, { proxy: id, types: type, from, to })
        return isRefusal(found) ? refusalProblem(found) : jsonResponse(differenceDocument(found))
      },
    }),
  ]
}
