import { z } from '@hono/zod-openapi'
import { STORED_PARTS } from '../../model/entry.ts'
import type { Current } from '../../operations/current-world.ts'
import { listRevisions, readRevision } from '../../operations/history.ts'
import { isRefusal } from '../../operations/refusal.ts'
import { CAUSES } from '../../store/store.ts'
import { pageOf, revisionParams } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { json, problems } from '../responses.ts'
import { revisionsQuery, storeQuery } from '../revisions-query.ts'
import { type Route, route } from '../route.ts'
import { nack, quarantined } from './nacks.ts'

const counts = z.object({ added: z.int(), updated: z.int(), removed: z.int() })

const revision = z
  .object({
    revision: z.int(),
    source: z.string().nullable().meta({ description: 'null: every source' }),
    part: z.enum([...STORED_PARTS, 'both']),
    cause: z.enum(CAUSES),
    restored: z.int().nullable().meta({ description: 'the revision that a restore brought back' }),
    digest: z.string().nullable(),
    author: z.string(),
    createdAt: z.string(),
    changed: counts,
  })
  .openapi('Revision')

const revisionDetail = revision
  .extend({
    nacks: z.array(nack).meta({
      description: 'what proxies that were being served it refused, seen last first; the first 100',
    }),
    quarantined: z.array(quarantined).meta({ description: 'what of that is under quarantine now' }),
  })
  .openapi('RevisionDetail')

/** `/v1/revisions` and `/v1/revisions/{revision}`. */
export function revisions(current: Current): Route[] {
  const { store } = current
  return [
    route({
      method: 'get',
      path: '/v1/revisions',
      summary: 'History: who pushed what, and when',
      description: 'Newest first; sort=revision is oldest first. Filters (=) by source, part, author, cause.',
      query: revisionsQuery,
      responses: { 200: json('A page of revisions', pageOf(revision)), ...problems(400, 503) },
      handle: async (c, { query }) => c.json(await listRevisions(store, storeQuery(query))),
    }),
    route({
      method: 'get',
      path: '/v1/revisions/{revision}',
      summary: 'One revision',
      params: revisionParams,
      responses: { 200: json('The revision', revisionDetail), ...problems(400, 404, 503) },
      handle: async (c, { params }) => {
        const found = await readRevision(current, params.revision)
        return isRefusal(found) ? refusalProblem(found) : c.json(found)
      },
    }),
  ]
}
