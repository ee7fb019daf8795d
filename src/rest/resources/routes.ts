import { z } from '@hono/zod-openapi'
import { type Current, currentWorld } from '../../operations/current-world.ts'
import { isRefusal } from '../../operations/refusal.ts'
import { listRoutes, readRoutes } from '../../operations/routes.ts'
import { listQuery, listRequest, pageOf, routeParams } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'

const condition = z.object({
  type: z.enum(['Accepted', 'ResolvedRefs']),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().meta({ description: "one of the Gateway API's reasons" }),
  message: z.string(),
})

const parent = z.object({
  gateway: z.string(),
  sectionName: z.string().optional(),
  port: z.int().optional(),
  listeners: z.array(z.string()).meta({ description: "the gateway's listeners that serve it" }),
  conditions: z.array(condition),
})

const routeStatus = z
  .object({
    kind: z.enum(['HTTPRoute', 'GRPCRoute']),
    namespace: z.string(),
    name: z.string(),
    source: z.string(),
    revision: z.int().meta({ description: 'the revision that wrote it as it stands' }),
    hostnames: z.array(z.string()),
    parents: z.array(parent).meta({ description: 'for each gateway that it names' }),
    unresolved: z
      .array(z.object({ pointer: z.string(), reason: z.string(), message: z.string() }))
      .meta({ description: 'backends that requests cannot be sent to, by their place in the route' }),
  })
  .openapi('RouteStatus')

/** `/v1/routes` and `/v1/routes/{namespace}/{name}`: which routes work, and why others do not. */
export function routes(current: Current): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/routes',
      summary: 'The routes of all sources, with their status as the Gateway API defines it',
      description: 'Sorts and filters by kind, namespace, name, source, gateway, hostname.',
      query: listQuery,
      responses: { 200: json('A page of routes', pageOf(routeStatus)), ...problems(400) },
      handle: async (c, { query }) => {
        const page = await listRoutes(await currentWorld(current), listRequest(query))
        return isRefusal(page) ? refusalProblem(page) : c.json(page)
      },
    }),
    route({
      method: 'get',
      path: '/v1/routes/{namespace}/{name}',
      summary: 'The routes of one name, the oldest first: of several sources, of both kinds',
      params: routeParams,
      responses: {
        200: json(
          'The routes',
          z.object({ namespace: z.string(), name: z.string(), routes: z.array(routeStatus) }),
        ),
        ...problems(400, 404),
      },
      handle: async (c, { params }) => {
        const found = readRoutes(await currentWorld(current), params.namespace, params.name)
        return isRefusal(found) ? refusalProblem(found) : c.json(found)
      },
    }),
  ]
}
