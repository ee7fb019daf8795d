import { z } from '@hono/zod-openapi'
import { PARTS } from '../../model/entry.ts'
import type { Collaborators } from '../../operations/collaborators.ts'
import { isRefusal } from '../../operations/refusal.ts'
import { listSources, readSource } from '../../operations/sources.ts'
import { listQuery, listRequest, pageOf, sourceParams } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { settingsDocument } from '../pushed-documents.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'
import { quarantined } from './nacks.ts'

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
    heardAt: z.string().nullable().meta({
      description: 'the last accepted push or heartbeat, to the second; null: none since a restore',
    }),
    stale: z
      .object({ since: z.string().meta({ description: 'when it was last heard before' }) })
      .nullable()
      .meta({ description: 'not null while its pusher is silent for longer than staleAfter' }),
    settings: settingsDocument,
  })
  .openapi('Source')

const sourceDetail = source
  .extend({
    nacks: z
      .array(
        z.object({
          proxy: z.string(),
          node: z.string(),
          gateway: z.string(),
          type: z.string().meta({ description: 'cds, eds, lds, rds' }),
          resources: z.array(z.string()),
          detail: z.string(),
          at: z.string(),
        }),
      )
      .meta({
        description:
          'what connected proxies refuse of what it has a part in, and have taken nothing since that makes it good; the first 100',
      }),
    quarantined: z.array(quarantined).meta({ description: 'what of it is under quarantine' }),
  })
  .openapi('SourceDetail')

/** `/v1/sources` and `/v1/sources/{source}`, to read. */
export function sources(current: Collaborators): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/sources',
      summary: 'The sources and what they pushed',
      description: 'Sorts and filters by source, created, revision, heardAt, stale.',
      query: listQuery,
      responses: { 200: json('A page of sources', pageOf(source)), ...problems(400, 503) },
      handle: async (c, { query }) => {
        const page = await listSources(current, listRequest(query))
        return isRefusal(page) ? refusalProblem(page) : c.json(page)
      },
    }),
    route({
      method: 'get',
      path: '/v1/sources/{source}',
      summary: 'One source',
      params: sourceParams,
      responses: { 200: json('The source', sourceDetail), ...problems(400, 404, 503) },
      handle: async (c, { params }) => {
        const state = await readSource(current, params.source)
        return isRefusal(state) ? refusalProblem(state) : c.json(state)
      },
    }),
  ]
}
