import { z } from '@hono/zod-openapi'
import { label } from '../../model/names.ts'
import { diffRevisions } from '../../operations/history.ts'
import { isRefusal } from '../../operations/refusal.ts'
import type { Store } from '../../store/store.ts'
import { integer, listQuery, listRequest, pageOf, revisionParams } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'

const body = z.unknown().meta({ description: 'the entry as GET shows it; null where there is none' })

const entryChange = z
  .object({
    source: z.string(),
    kind: z.string(),
    namespace: z.string(),
    name: z.string(),
    change: z.enum(['added', 'updated', 'removed']),
    before: body,
    after: body,
  })
  .openapi('EntryChange')

/** `/v1/revisions/{revision}/diff` */
export function revisionDiff(store: Store): Route {
  return route({
    method: 'get',
    path: '/v1/revisions/{revision}/diff',
    summary: 'What changed between two revisions: entries before and after',
    description: 'Sorts and filters by source, kind, namespace, name, change.',
    params: revisionParams,
    query: {
      ...listQuery,
      from: integer(0, Number.MAX_SAFE_INTEGER)
        .optional()
        .openapi({ description: 'default: the revision before; 0 is the empty database' }),
      source: label.optional(),
    },
    responses: {
      200: json('A page of changes', pageOf(entryChange).extend({ from: z.int(), to: z.int() })),
      ...problems(400, 404, 410, 503),
    },
    handle: async (c, { params, query }) => {
      const { from, source } = query
      const diff = await diffRevisions(store, { to: params.revision, from, source }, listRequest(query))
      return isRefusal(diff) ? refusalProblem(diff) : c.json(diff)
    },
  })
}
