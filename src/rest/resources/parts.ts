import { z } from '@hono/zod-openapi'
import type { Collaborators } from '../../operations/collaborators.ts'
import { readPart, readSnapshot } from '../../operations/read-part.ts'
import { isRefusal } from '../../operations/refusal.ts'
import type { PartName } from '../../operations/write-answer.ts'
import type { BodyBudget } from '../body-budget.ts'
import { entityTag, hasAlready } from '../conditions.ts'
import { jsonResponse } from '../json-stream.ts'
import { revisionNumber, sourceParams } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { answerPush, patchQuery, pushHeaders, pushQuery } from '../push-request.ts'
import { pushed } from '../pushed-documents.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'
import { conflict, NOT_PATCHED, NOT_PUSHED } from '../write-conflict.ts'
import { writeResponse } from '../write-document.ts'

/** `/v1/sources/{source}/topology`, `…/routes` and `…/snapshot`. */
export function sourceParts(collaborators: Collaborators, budget: BodyBudget): Route[] {
  const write = (method: 'put' | 'patch', part: PartName) => writePart(collaborators, budget, method, part)
  return [
    getPart(collaborators, 'topology'),
    write('put', 'topology'),
    write('patch', 'topology'),
    getPart(collaborators, 'routes'),
    write('put', 'routes'),
    write('patch', 'routes'),
    getPart(collaborators, 'both'),
    write('put', 'both'),
  ]
}

function pathOf(part: PartName): string {
  return `/v1/sources/{source}/${part === 'both' ? 'snapshot' : part}`
}

function getPart({ store }: Collaborators, part: PartName): Route {
  const what = part === 'both' ? 'Both parts' : `The ${part}`
  return route({
    method: 'get',
    path: pathOf(part),
    summary: `${what} of a source, now or as of a revision`,
    params: sourceParams,
    query: { revision: revisionNumber.optional() },
    request: {
      headers: z.object({
        'if-none-match': z.string().optional().openapi({ description: '304 where this stands still' }),
      }),
    },
    responses: {
      200: {
        ...json('In the form in which it is pushed', pushed[part].replace),
        headers: {
          ETag: { description: 'the digest of the content', schema: { type: 'string' } },
          'Vicinity-Revision': {
            description: 'the revision that last changed it',
            schema: { type: 'integer' },
          },
        },
      },
      304: { description: 'Nothing changed since' },
      ...problems(400, 404, 410, 503),
    },
    handle: async (c, { params, query }) => {
      const reading =
        part === 'both'
          ? await readSnapshot(store, params.source, query.revision)
          : await readPart(store, params.source, part, query.revision)
      if (isRefusal(reading)) return refusalProblem(reading)
      const headers = {
        ETag: entityTag(reading.digest),
        'Cache-Control': 'no-cache',
        'Vicinity-Revision': String(reading.revision),
      }
      if (hasAlready(c.req.raw.headers, reading.digest)) return new Response(null, { status: 304, headers })
      return jsonResponse(reading.document, headers)
    },
  })
}

function writePart(
  collaborators: Collaborators,
  budget: BodyBudget,
  method: 'put' | 'patch',
  part: PartName,
): Route {
  const mode = method === 'put' ? 'replace' : 'patch'
  const what = part === 'both' ? 'both parts of a source as one revision' : `the ${part} of a source`
  return route({
    method,
    path: pathOf(part),
    summary: mode === 'replace' ? `Replaces ${what}` : `Changes some entries of ${what}`,
    description: 'All of it or nothing. Equal content makes no new revision. Bodies may be gzipped.',
    params: sourceParams,
    query: mode === 'patch' ? patchQuery : pushQuery,
    request: {
      headers: pushHeaders,
      body: { required: true, content: { 'application/json': { schema: pushed[part][mode] } } },
    },
    responses: {
      200: writeResponse,
      ...problems(400, 412, 413, 415, 422, 503),
      ...conflict(mode === 'patch' ? NOT_PATCHED : NOT_PUSHED),
    },
    handle: async (c, { params, query }) => {
      const { dryRun = false } = query
      const force = 'force' in query && query.force === true
      return answerPush(collaborators, budget, c, { source: params.source, part, mode, dryRun, force })
    },
  })
}
