import type { Collaborators } from '../../operations/collaborators.ts'
import { removeSource } from '../../operations/remove-source.ts'
import { refuseConditions } from '../conditions.ts'
import { epochHeader, writerEpoch } from '../epoch.ts'
import { flag, sourceParams } from '../parameters.ts'
import { problems } from '../responses.ts'
import { type Route, route } from '../route.ts'
import { conflict, RELIEVED } from '../write-conflict.ts'
import { answerWrite, preferHeader, writeResponse } from '../write-document.ts'

/** `/v1/sources/{source}`, to remove. */
export function sourceRemoval(collaborators: Collaborators): Route {
  return route({
    method: 'delete',
    path: '/v1/sources/{source}',
    summary: 'Removes a source and all that it pushed, as one revision',
    params: sourceParams,
    query: { dryRun: flag.optional() },
    request: { headers: preferHeader.extend(epochHeader.shape) },
    responses: { 200: writeResponse, ...problems(400, 404, 503), ...conflict(RELIEVED) },
    handle: async (c, { params, query }) => {
      const { headers } = c.req.raw
      const conditional = refuseConditions(headers, ['epoch'])
      if (conditional) return conditional
      const writer = writerEpoch(headers)
      if (writer instanceof Response) return writer
      return answerWrite(collaborators, c, () =>
        removeSource(collaborators, {
          ...writer,
          source: params.source,
          author: c.get('principal').name,
          dryRun: query.dryRun ?? false,
        }),
      )
    },
  })
}
