import { z } from '@hono/zod-openapi'
import { PARTS } from '../../model/entry.ts'
import { label } from '../../model/names.ts'
import type { Collaborators } from '../../operations/collaborators.ts'
import { restore } from '../../operations/restore.ts'
import { refuseConditions } from '../conditions.ts'
import { flag, revisionParams } from '../parameters.ts'
import { readRequestDocument } from '../request-document.ts'
import { problems } from '../responses.ts'
import { type Route, route } from '../route.ts'
import { answerWrite, preferHeader, writeResponse } from '../write-document.ts'

/** Routes unless somebody says so: yesterday's endpoints are dead. */
const restoreRequest = z
  .strictObject({
    source: label.optional().meta({ description: 'default: every source' }),
    part: z.enum([...PARTS, 'both']).default('routes'),
  })
  .openapi('Restore')

/** `/v1/revisions/{revision}/restore` */
export function revisionRestore(collaborators: Collaborators): Route {
  return route({
    method: 'post',
    path: '/v1/revisions/{revision}/restore',
    summary: 'Makes a new revision with the content of this one',
    params: revisionParams,
    query: { dryRun: flag.optional() },
    request: { headers: preferHeader, body: { content: { 'application/json': { schema: restoreRequest } } } },
    responses: { 200: writeResponse, ...problems(400, 404, 410, 413, 415, 422, 503) },
    handle: async (c, { params, query }) => {
      const conditional = refuseConditions(c.req.raw.headers)
      if (conditional) return conditional
      const wanted = await readRequestDocument(c.req.raw, 'restore', restoreRequest)
      if (wanted instanceof Response) return wanted
      return answerWrite(collaborators, c, () =>
        restore(collaborators.store, {
          revision: params.revision,
          source: wanted.source,
          part: wanted.part,
          author: c.get('principal').name,
          dryRun: query.dryRun ?? false,
        }),
      )
    },
  })
}
