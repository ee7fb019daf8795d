import { z } from '@hono/zod-openapi'
import type { Collaborators } from '../../operations/collaborators.ts'
import { isRefusal } from '../../operations/refusal.ts'
import { readRevisionTraffic } from '../../operations/traffic/revision-traffic.ts'
import { lengthOfTime, listQuery, listRequest, pageOf, revisionParams, serviceName } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'
import type { WaitingLine } from '../waiting-line.ts'

const shares = {
  predicted: z.number().nullable().meta({
    description: 'by a simulation, while all endpoints are well; null: it is not there, or nobody asks',
  }),
  measured: z.number().nullable().meta({ description: 'null: no requests were counted' }),
}

const side = z.object({ ...shares, requests: z.int() })

const effect = z
  .object({
    service: z.string(),
    demand: z.enum(['measured', 'rows', 'proxies', 'equal']).meta({
      description:
        'what zones ask in the prediction: as counted before the commit, or else after it; where nothing was, as in a simulation',
    }),
    moved: z
      .number()
      .meta({ description: 'share of the requests that the prediction sends elsewhere than before' }),
    before: side,
    after: side,
  })
  .openapi('ServiceEffect')

const window = z.object({ from: z.string(), to: z.string() })

const answer = pageOf(effect)
  .extend({
    revision: z.int(),
    createdAt: z.string(),
    windows: z.object({
      before: window,
      after: window.nullable().meta({ description: 'null: it has only begun' }),
      step: z
        .string()
        .meta({ description: 'windows are whole ones of these; those with the commit are left out' }),
    }),
    inZoneShare: z
      .object({ before: z.object(shares), after: z.object(shares) })
      .meta({ description: 'over all services of which requests were counted, on whatever page' }),
  })
  .openapi('RevisionTraffic')

const DEFAULT_WINDOW = 3_600_000

/** `/v1/revisions/{revision}/traffic` */
export function revisionTraffic(
  collaborators: Pick<Collaborators, 'store' | 'proxies' | 'traffic'>,
  line: WaitingLine,
): Route {
  return route({
    method: 'get',
    path: '/v1/revisions/{revision}/traffic',
    summary:
      'How many requests stay in their zone since a revision: predicted, and measured before and after',
    description: [
      'Of the services that it changed: those of which it wrote something, and those of which a simulation sends requests',
      'elsewhere because of it (a zone was drained, a capacity changed). Other revisions may have come within the windows.',
      'Sorts and filters by service, moved, requests, predicted, measured (both after); `sort=-moved` begins with what it',
      'changed most.',
    ].join(' '),
    params: revisionParams,
    query: {
      ...listQuery,
      service: serviceName
        .optional()
        .openapi({ description: 'this one alone, whether it was changed or not' }),
      window: lengthOfTime.optional().openapi({
        description:
          'how long is measured before and after: 30m, 2h; default: 1h. Hours where minutes are summed up already',
      }),
    },
    responses: { 200: json('A page of services', answer), ...problems(400, 404, 410, 503) },
    handle: async (c, { params, query }) => {
      const { service, window = DEFAULT_WINDOW } = query
      const question = { revision: params.revision, service, window }
      const found = await line.inTurn(() => readRevisionTraffic(collaborators, question, listRequest(query)))
      if (found instanceof Response) return found
      return isRefusal(found) ? refusalProblem(found) : c.json(found)
    },
  })
}
