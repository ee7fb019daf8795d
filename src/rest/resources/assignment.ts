import { z } from '@hono/zod-openapi'
import type { Current } from '../../operations/current-world.ts'
import { currentWorld } from '../../operations/current-world.ts'
import { explain, explainAt } from '../../operations/explain-assignment.ts'
import { isRefusal } from '../../operations/refusal.ts'
import { integer, revisionNumber, serviceParams } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'

const place = z.string().max(253).optional()

const assignment = z
  .object({
    service: z.string(),
    port: z.int(),
    revision: z.int(),
    viewpoint: z
      .record(z.string(), z.string())
      .meta({ description: 'where the question stands; only what is known' }),
    mode: z.string(),
    rule: z.string().meta({ description: 'where the mode comes from' }),
    notes: z.array(z.string()).meta({ description: 'safeguards that spoke, and oddities' }),
    settings: z
      .record(z.string(), z.object({ value: z.unknown(), origin: z.string() }))
      .optional()
      .meta({ description: 'the locality settings that somebody has set, and who' }),
    endpoints: z.array(
      z.object({
        name: z.string(),
        address: z.string(),
        port: z.int(),
        region: z.string(),
        zone: z.string(),
        subZone: z.string().optional(),
        node: z.string(),
        source: z.string(),
        via: z
          .object({
            network: z.string(),
            gateways: z.array(z.object({ address: z.string(), port: z.int() })),
          })
          .optional()
          .meta({ description: 'of another network: what is sent in its place' }),
        chosen: z.boolean(),
        priority: z
          .int()
          .nullable()
          .meta({ description: '0 is chosen, 1… are standby; null is not sent at all' }),
        weight: z.int(),
        share: z.number().meta({ description: 'of the traffic from here, 0 to 1' }),
        reason: z.string(),
        revision: z
          .int()
          .meta({ description: "the one that wrote its source's endpoints of the service as they stand" }),
      }),
    ),
  })
  .openapi('Assignment')

/** `/v1/services/{namespace}/{name}/assignment` */
export function serviceAssignment(current: Current): Route {
  return route({
    method: 'get',
    path: '/v1/services/{namespace}/{name}/assignment',
    summary: 'A service as seen from one viewpoint: which endpoints, in which order, and why',
    params: serviceParams,
    query: {
      port: integer(1, 65535).optional(),
      region: place,
      zone: place,
      subZone: place,
      node: place,
      source: place,
      network: place,
      revision: revisionNumber.optional(),
    },
    responses: { 200: json('The assignment', assignment), ...problems(400, 404, 410, 503) },
    handle: async (c, { params, query }) => {
      const { region = '', zone = '', subZone = '', node = '', source = '', network = '' } = query
      const { port, revision } = query
      const question = { ...params, port, viewpoint: { region, zone, subZone, node, source, network } }
      const answer =
        revision === undefined
          ? explain(await currentWorld(current), question)
          : await explainAt(current.store, revision, question)
      return isRefusal(answer) ? refusalProblem(answer) : c.json(answer)
    },
  })
}
