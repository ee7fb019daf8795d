import type { Collaborators } from '../../operations/collaborators.ts'
import { heartbeat } from '../../operations/heartbeat.ts'
import { epochHeader, writerEpoch } from '../epoch.ts'
import { sourceParams } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { problems } from '../responses.ts'
import { type Route, route } from '../route.ts'
import { conflict, RELIEVED } from '../write-conflict.ts'

/** `/v1/sources/{source}/heartbeat` */
export function sourceHeartbeat(collaborators: Collaborators): Route {
  return route({
    method: 'post',
    path: '/v1/sources/{source}/heartbeat',
    summary: 'Tells that the pusher of a source is there, though it has nothing new to say',
    description: 'As every accepted push does. No body is read.',
    params: sourceParams,
    request: { headers: epochHeader },
    responses: { 204: { description: 'It was heard' }, ...problems(400, 404, 503), ...conflict(RELIEVED) },
    handle: async (c, { params }) => {
      const writer = writerEpoch(c.req.raw.headers)
      if (writer instanceof Response) return writer
      const refusal = await heartbeat(collaborators, params.source, writer.epoch)
      return refusal ? refusalProblem(refusal) : new Response(null, { status: 204 })
    },
  })
}
