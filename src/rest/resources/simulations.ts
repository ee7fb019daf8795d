import { z } from '@hono/zod-openapi'
import { label } from '../../model/names.ts'
import { simulation } from '../../model/simulation.ts'
import { endpoints, serviceSettings } from '../../model/topology.ts'
import type { Collaborators } from '../../operations/collaborators.ts'
import { isRefusal } from '../../operations/refusal.ts'
import { simulate } from '../../operations/simulation/simulate.ts'
import { readBody } from '../body.ts'
import { listQuery, listRequest, pageOf } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'
import type { WaitingLine } from '../waiting-line.ts'

/** For the OpenAPI document only: each is parsed together with what stands. */
const replacedService = z.strictObject({
  ...serviceSettings.partial().shape,
  name: label,
  endpoints: endpoints.shape.endpoints.optional(),
  source: label.optional().meta({ description: 'whose, where several sources have the service' }),
})

const request = z
  .strictObject({
    ...simulation.shape,
    services: z.array(replacedService).optional().meta({
      description:
        'settings and endpoints in place of those that stand; fields that are left out stay, null takes one away',
    }),
  })
  .openapi('SimulationRequest')

const share = z.number().meta({ description: '0 to 1' })
const names = (description: string) => z.array(z.string()).meta({ description })

const side = z
  .object({
    inZoneShare: z
      .number()
      .nullable()
      .meta({ description: 'of the requests of all zones; null: nobody asks' }),
    zones: z
      .array(z.object({ from: z.string(), to: z.string(), share }))
      .meta({ description: "of each zone's requests; pairs without any are left out" }),
    busiest: z
      .object({ endpoint: z.string(), source: z.string(), load: z.number() })
      .nullable()
      .meta({ description: 'load by weight: 1 is the mean of the service before the changes' }),
    unservable: names('zones of which no request gets to an endpoint that is well'),
    panic: names('zones of which requests are sent to endpoints whatever their health'),
    endpoints: z
      .array(
        z.object({
          name: z.string(),
          source: z.string(),
          zone: z.string(),
          share,
          load: z.number(),
          lost: z.boolean(),
        }),
      )
      .optional()
      .meta({ description: 'shares of all requests; only where one service was asked for' }),
  })
  .openapi('SimulatedSide')

const service = z
  .object({
    service: z.string(),
    source: z
      .string()
      .optional()
      .meta({ description: 'the one that keeps the service to itself by its scope' }),
    group: z.string().optional().meta({ description: 'whose sources share it; left out of group default' }),
    port: z.int(),
    mode: z.string().meta({ description: 'after the changes' }),
    lost: z.int().meta({ description: 'how many of its endpoints fail' }),
    checked: z.boolean().meta({ description: 'Envoys find out by health checks that endpoints fail' }),
    moved: z
      .number()
      .meta({ description: 'share of the requests that go to another zone than before, or nowhere' }),
    before: side,
    after: side,
  })
  .openapi('SimulatedService')

const amounts = z.record(z.string(), z.number())

const answer = pageOf(service)
  .extend({
    revision: z.int().meta({ description: 'of the state that was changed' }),
    demand: z
      .object({
        from: z.enum(['rows', 'proxies', 'equal']).meta({
          description:
            '`before` is what was written for balanced services, the proxies connected now, or, of neither, equal',
        }),
        before: amounts,
        after: amounts,
        others: z.int(),
      })
      .meta({ description: 'what zones ask, by name; one that is not listed asks `others`' }),
    inZoneShare: z
      .object({ before: z.number().nullable(), after: z.number().nullable() })
      .meta({ description: 'over all services, on whatever page' }),
  })
  .openapi('Simulation')

const BODY_LIMIT = 1024 * 1024

/** `/v1/simulations` */
export function simulations(collaborators: Collaborators, line: WaitingLine): Route {
  return route({
    method: 'post',
    path: '/v1/simulations',
    summary: 'What would become of the requests to services, had some things changed; stores nothing',
    description: [
      'Makes the assignments of the changed state as Envoys would be served them, and spreads requests over them as',
      'Envoy does, before any retry. Lost zones and endpoints fail and are found out; of a lost source all is gone. What a',
      'drained zone has stands behind all others; of a silent source it stays, stands back or goes as `whenStale` of its',
      'settings says, and stays where these have no `staleAfter`. Who asks from a lost zone goes on asking, unless',
      '`demand` says otherwise; balanced services react to that as soon as it is written. Without it they read what is',
      'written, or would be for the connected proxies; where nobody is connected they know of no demand. A proxy stands in',
      'a zone, on no node, in no network and no source, but for a service that a source keeps to itself. So it reaches',
      'endpoints of a network that has gateways through these: a gateway is one host to Envoy, well unless its zone is',
      'lost, and endpoints behind it keep their requests when they fail. Unequal weights of endpoints are kept as RoundRobin keeps them: LeastRequest',
      'does so only while few requests are under way at once. Sorts and filters by service, port, mode, lost, moved,',
      'inZoneShare, load, unservable, panic (all after the changes); `sort=-moved` begins with what changes most.',
    ].join(' '),
    query: listQuery,
    request: { body: { content: { 'application/json': { schema: request } } } },
    responses: { 200: json('A page of services', answer), ...problems(400, 404, 410, 413, 415, 422, 503) },
    handle: async (c, { query }) => {
      const bytes = await readBody(c.req.raw, { limit: BODY_LIMIT })
      if (bytes instanceof Response) return bytes
      const answer = await line.inTurn(() => simulate(collaborators, bytes, listRequest(query)))
      if (answer instanceof Response) return answer
      return isRefusal(answer) ? refusalProblem(answer) : c.json(answer)
    },
  })
}
