import type { Collaborators } from '../../operations/collaborators.ts'
import { isRefusal } from '../../operations/refusal.ts'
import { readSourceSettings, writeSourceSettings } from '../../operations/source-settings.ts'
import { readBody } from '../body.ts'
import { entityTag, hasAlready, refuseConditions } from '../conditions.ts'
import { flag, revisionNumber, sourceParams } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { settingsDocument } from '../pushed-documents.ts'
import { json, problems } from '../responses.ts'
import { type Route, route } from '../route.ts'
import { answerWrite, preferHeader, writeResponse } from '../write-document.ts'

const PATH = '/v1/sources/{source}/settings'
const BODY_LIMIT = 64 * 1024

/** `/v1/sources/{source}/settings`: the operator's, whatever the source pushes. */
export function sourceSettings(collaborators: Collaborators): Route[] {
  return [getSettings(collaborators), putSettings(collaborators)]
}

function getSettings({ store }: Collaborators): Route {
  return route({
    method: 'get',
    path: PATH,
    summary: 'The settings of a source, now or as of a revision',
    params: sourceParams,
    query: { revision: revisionNumber.optional() },
    responses: {
      200: {
        ...json('What differs from the defaults', settingsDocument),
        headers: { ETag: { description: 'the digest of the settings', schema: { type: 'string' } } },
      },
      304: { description: 'Nothing changed since' },
      ...problems(400, 404, 410, 503),
    },
    handle: async (c, { params, query }) => {
      const reading = await readSourceSettings(store, params.source, query.revision)
      if (isRefusal(reading)) return refusalProblem(reading)
      const headers = { ETag: entityTag(reading.digest), 'Cache-Control': 'no-cache' }
      if (hasAlready(c.req.raw.headers, reading.digest)) return new Response(null, { status: 304, headers })
      return new Response(reading.body, { headers: { ...headers, 'Content-Type': 'application/json' } })
    },
  })
}

function putSettings(collaborators: Collaborators): Route {
  return route({
    method: 'put',
    path: PATH,
    summary: 'Replaces the settings of a source',
    description:
      'What is left out is as by default; {} resets all. They may come before the first push, and outlive the source.',
    params: sourceParams,
    query: { dryRun: flag.optional() },
    request: {
      headers: preferHeader,
      body: { required: true, content: { 'application/json': { schema: settingsDocument } } },
    },
    responses: { 200: writeResponse, ...problems(400, 413, 415, 422, 503) },
    handle: async (c, { params, query }) => {
      const conditional = refuseConditions(c.req.raw.headers)
      if (conditional) return conditional
      const bytes = await readBody(c.req.raw, { limit: BODY_LIMIT })
      if (bytes instanceof Response) return bytes
      const { name: author } = c.get('principal')
      const write = { source: params.source, bytes, author, dryRun: query.dryRun ?? false }
      return answerWrite(collaborators, c, () => writeSourceSettings(collaborators, write))
    },
  })
}
