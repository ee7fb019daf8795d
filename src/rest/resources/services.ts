import { z } from '@hono/zod-openapi'
import { label } from '../../model/names.ts'
import type { Current } from '../../operations/current-world.ts'
import { currentWorld } from '../../operations/current-world.ts'
import { isRefusal } from '../../operations/refusal.ts'
import { listServices, readService } from '../../operations/services.ts'
import { listQuery, listRequest, pageOf, serviceParams } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'

const service = z
  .object({
    namespace: z.string(),
    name: z.string(),
    scope: z.literal('source').optional().meta({
      description: 'its source keeps it to its own proxies and routes; left out where a group has it',
    }),
    group: z.string().optional().meta({
      description: 'whose sources share it, by their settings; left out of group default, and beside a scope',
    }),
    mode: z.string().meta({ description: 'what decides who gets which endpoints' }),
    ports: z.array(
      z.object({
        port: z.int(),
        name: z.string().optional(),
        appProtocol: z.string().optional(),
        cluster: z.string().meta({ description: "name of the port's cluster and assignment in Envoy" }),
        endpoints: z.int().meta({ description: 'of all sources, whether ready or not' }),
      }),
    ),
    sources: z.array(z.string()).meta({ description: 'those that have it, the one that counts first' }),
    conflicts: z.array(z.object({ field: z.string(), source: z.string(), detail: z.string() })),
  })
  .openapi('Service')

/** `/v1/services` and `/v1/services/{namespace}/{name}`. */
export function services(current: Current): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/services',
      summary: 'The services, merged over the sources of a group',
      description: 'Sorts and filters by namespace, name, scope, group, mode, source, conflicts.',
      query: listQuery,
      responses: { 200: json('A page of services', pageOf(service)), ...problems(400) },
      handle: async (c, { query }) => {
        const page = await listServices(await currentWorld(current), listRequest(query))
        return isRefusal(page) ? refusalProblem(page) : c.json(page)
      },
    }),
    route({
      method: 'get',
      path: '/v1/services/{namespace}/{name}',
      summary: 'One service, merged over the sources of a group',
      description:
        'As proxies of `source` see it. Without one that of group default, or the only one that there is.',
      params: serviceParams,
      query: { source: label.optional() },
      responses: { 200: json('The service', service), ...problems(400, 404) },
      handle: async (c, { params, query }) => {
        const { namespace, name } = params
        const found = readService(await currentWorld(current), namespace, name, query.source ?? '')
        return isRefusal(found) ? refusalProblem(found) : c.json(found)
      },
    }),
  ]
}
