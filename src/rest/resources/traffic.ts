import { z } from '@hono/zod-openapi'
import { timeMilliseconds } from '../../model/duration.ts'
import type { Collaborators } from '../../operations/collaborators.ts'
import { isRefusal } from '../../operations/refusal.ts'
import { readTraffic } from '../../operations/traffic/read-traffic.ts'
import { lengthOfTime, listQuery, listRequest, pageOf, serviceName } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'

const time = z
  .string()
  .transform((text, context) => {
    const milliseconds = timeMilliseconds(text, Date.now())
    if (milliseconds !== undefined) return milliseconds
    context.addIssue({
      code: 'custom',
      message: 'must be a time such as 2026-01-31T12:00:00Z, or so long ago: -24h',
    })
    return z.NEVER
  })
  .openapi({ type: 'string' })

const totals = {
  requests: z.int(),
  errors: z
    .int()
    .meta({ description: 'those that proxies count as failed; one that was never sent is no request' }),
  inZoneShare: z
    .number()
    .nullable()
    .meta({ description: 'of the requests from zones that are known, 0 to 1; null: there are none' }),
}

const estimate = z
  .object({
    bytes: z.number(),
    crossZoneBytes: z.number(),
    cost: z.number().nullable().meta({ description: 'null: the server was told no prices' }),
  })
  .nullable()
  .openapi('TrafficEstimate', { description: 'of services that state `bytesPerRequest`; null: none does' })

const pair = {
  from: z.string().meta({ description: '"" is a zone that is not known, "*" any of very many' }),
  to: z.string(),
  requests: z.int(),
  errors: z.int(),
}

const serviceTraffic = z
  .object({
    service: z.string().meta({ description: '`other`: those that are too many to be told apart' }),
    ...totals,
    bytesPerRequest: z.number().nullable(),
    estimate,
  })
  .openapi('ServiceTraffic')

const answer = pageOf(serviceTraffic)
  .extend({
    from: z.string(),
    to: z.string().meta({ description: 'not included' }),
    step: z.string(),
    ...totals,
    estimate,
    matrix: z
      .array(z.object({ ...pair, estimate }))
      .meta({ description: 'of the whole time; pairs without any are left out' }),
    steps: z.array(z.object({ at: z.string(), ...totals, matrix: z.array(z.object(pair)) })),
  })
  .openapi('Traffic')

/** `/v1/traffic` */
export function traffic(collaborators: Pick<Collaborators, 'store' | 'replica' | 'traffic'>): Route {
  return route({
    method: 'get',
    path: '/v1/traffic',
    summary:
      'Requests between zones as proxies report them: how many stay in their zone, and what the others cost',
    description: [
      'Proxies report what they sent where every some seconds (Envoy: load_stats_config of the bootstrap). Of the last',
      'two whole hours and since then counts are kept by the minute, before by the hour: `from` and `to` are moved to',
      'whole steps. The items are services; sums, matrix and steps are of all of them, on whatever page. Sorts and filters',
      'by service, requests, errors, inZoneShare, bytes, crossZoneBytes, cost; `sort=-crossZoneBytes` begins with what is',
      'worth most.',
    ].join(' '),
    query: {
      ...listQuery,
      service: serviceName.optional().openapi({ description: 'of this one alone' }),
      from: time
        .optional()
        .openapi({ description: 'RFC 3339, or so long ago: -24h; default: an hour before `to`' }),
      to: time.optional().openapi({ description: 'default: now' }),
      step: lengthOfTime
        .optional()
        .openapi({ description: '1m, 5m, 1h, 24h; default: by the length of the time' }),
    },
    responses: { 200: json('Traffic, and a page of services', answer), ...problems(400, 404, 503) },
    handle: async (c, { query }) => {
      const { service, from, to, step } = query
      const found = await readTraffic(collaborators, { service, from, to, step }, listRequest(query))
      return isRefusal(found) ? refusalProblem(found) : c.json(found)
    },
  })
}
