import { z } from '@hono/zod-openapi'
import { RESOURCE_TYPE_NAMES } from '../../model/resource-types.ts'
import { listNacks } from '../../operations/nacks.ts'
import { isRefusal } from '../../operations/refusal.ts'
import type { Store } from '../../store/store.ts'
import { DEFAULT_LIMIT, listQuery, pageOf, revisionNumber } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'

const text = z.string().max(1024).optional()

export const nack = z
  .object({
    node: z.string(),
    gateway: z.string(),
    type: z.string().meta({ description: 'cds, eds, lds, rds' }),
    resources: z.array(z.object({ name: z.string(), version: z.string() })).meta({
      description:
        'those that its words name; where they name none, what the response had; of very many the first',
    }),
    detail: z.string().meta({ description: 'its words, the last time' }),
    revision: z.int().meta({ description: 'what it was being served the first time' }),
    count: z.int().meta({ description: 'how often it refused these versions' }),
    firstAt: z.string(),
    lastAt: z.string(),
    proxy: z.string().meta({ description: 'the stream of the last time' }),
  })
  .openapi('Nack')

export const quarantined = z
  .object({
    gateway: z.string(),
    type: z.string().meta({ description: 'cds, lds, rds' }),
    name: z.string(),
    version: z.string().meta({ description: 'the one that proxies refused and nobody took' }),
    revision: z.int().meta({ description: 'what was being served when it was refused' }),
    detail: z.string().meta({ description: 'the words of one that refused it' }),
    lastGood: z.string().nullable().meta({
      description: 'version of what new proxies are sent instead; null: nothing, none was ever good',
    }),
  })
  .openapi('Quarantined')

/** `/v1/nacks`. */
export function nacks(store: Pick<Store, 'nacks'>): Route {
  return route({
    method: 'get',
    path: '/v1/nacks',
    summary: 'What proxies refused, in their words',
    description: [
      'Seen last first, and kept as long as history is, up to 10,000 of them. That a node refused the same resources',
      'in the same versions again and again is one NACK, which counts.',
    ].join(' '),
    query: {
      limit: listQuery.limit,
      after: listQuery.after,
      gateway: text,
      type: z.enum(RESOURCE_TYPE_NAMES).optional(),
      node: text,
      revision: revisionNumber.optional(),
    },
    responses: { 200: json('A page of NACKs', pageOf(nack)), ...problems(400, 503) },
    handle: async (c, { query: { limit = DEFAULT_LIMIT, after, ...question } }) => {
      const page = await listNacks(store, question, { limit, after })
      return isRefusal(page) ? refusalProblem(page) : c.json(page)
    },
  })
}
