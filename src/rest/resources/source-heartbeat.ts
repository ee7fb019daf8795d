import type { Collaborators } from '../../operations/collaborators.ts'
import { heartbeat } from '../../operations/heartbeat.ts'
import { sourceParams } from '../parameters.ts'
import { refusalProblem } from '../problem.ts'
import { problems } from '../responses.ts'
import { type Route, route } from '../route.ts'

/** `/v1/sources/{source}/heartbeat` */
export function sourceHeartbeat(collaborators: Collaborators): Route {
  return route({
    method: 'post',
    path: '/v1/sources/{source}/heartbeat',
    summary: 'Tells that the pusher of a source is there, though it has nothing new to say',
    description: 'As every accepted push does. No body is read.',
    params: sourceParams,
    responses: { 204: { description: 'It was heard' }, ...problems(400, 404, 503) },
    handle: async (_, { params }) => {
      const refusal = await heartbeat(collaborators, params.source)
      return refusal ? refusalProblem(refusal) : new Response(null, { status: 204 })
    },
  })
}
