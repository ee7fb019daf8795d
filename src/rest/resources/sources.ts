import { z } from '@hono/zod-openapi'
import { PARTS } from '../../model/entry.ts'
import { isRefusal } from '../../operations/refusal.ts'
import { listSources, readSource } from '../../operations/sources.ts'
import type { Store } from '../../store/store.ts'
import { listQuery, listRequest, pageOf, sourceParams } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'

const source = z
  .object({
    source: z.string(),
    created: z.int().meta({ description: 'the revision that first brought this source' }),
    parts: z.array(
      z.object({
        part: z.enum(PARTS),
        digest: z.string(),
        revision: z.int().meta({ description: 'the revision that last changed it' }),
        entries: z.int(),
        changedAt: z.string(),
      }),
    ),
  })
  .openapi('Source')

/** `/v1/sources` and `/v1/sources/{source}`, to read. */
export function sources(store: Store): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/sources',
      summary: 'The sources and what they pushed',
      description: 'Sorts and filters by source, created, revision.',
      query: listQuery,
      responses: { 200: json('A page of sources', pageOf(source)), ...problems(400, 503) },
      handle: async (c, { query }) => {
        const page = await listSources(store, listRequest(query))
        return isRefusal(page) ? refusalProblem(page) : c.json(page)
      },
    }),
    route({
      method: 'get',
      path: '/v1/sources/{source}',
      summary: 'One source',
      params: sourceParams,
      responses: { 200: json('The source', source), ...problems(400, 404, 503) },
      handle: async (c, { params }) => {
        const state = await readSource(store, params.source)
        return isRefusal(state) ? refusalProblem(state) : c.json(state)
      },
    }),
  ]
}
