import { z } from '@hono/zod-openapi'
import { plainText, topologyName } from '../../model/names.ts'
import type { Collaborators } from '../../operations/collaborators.ts'
import { drainZone, undrainZone } from '../../operations/zones/drain-zone.ts'
import { refuseConditions } from '../conditions.ts'
import { flag, zoneParams } from '../parameters.ts'
import { readRequestDocument } from '../request-document.ts'
import { problems } from '../responses.ts'
import { type Route, route } from '../route.ts'
import { answerWrite, preferHeader, writeResponse } from '../write-document.ts'

const region = topologyName.optional().meta({ description: 'where several have a zone of that name' })
const drainOrder = z
  .strictObject({
    region,
    reason: plainText.max(1024).optional().meta({ description: 'shown with the zone' }),
  })
  .openapi('Drain')
const undrainOrder = z.strictObject({ region }).openapi('Undrain')

/** `/v1/zones/{zone}/drain` and `/v1/zones/{zone}/undrain`. */
export function zoneDrain(collaborators: Collaborators): Route[] {
  return [
    orderRoute(collaborators, {
      what: 'drain',
      summary: "Makes a zone's endpoints the last step for everyone, as one revision",
      description: 'Services that have no other endpoints go on using these, and a warning names them.',
      schema: drainOrder,
      run: drainZone,
    }),
    orderRoute(collaborators, {
      what: 'undrain',
      summary: 'Takes the endpoints of a drained zone as all others again, as one revision',
      schema: undrainOrder,
      run: undrainZone,
    }),
  ]
}

interface Order<S extends z.ZodObject> {
  readonly what: 'drain' | 'undrain'
  readonly summary: string
  readonly description?: string
  readonly schema: S
  readonly run: (
    collaborators: Collaborators,
    order: z.output<S> & { zone: string; author: string; dryRun: boolean },
  ) => ReturnType<typeof drainZone>
}

function orderRoute<S extends z.ZodObject>(
  collaborators: Collaborators,
  { what, schema, run, ...said }: Order<S>,
): Route {
  return route({
    method: 'post',
    path: `/v1/zones/{zone}/${what}`,
    ...said,
    params: zoneParams,
    query: { dryRun: flag.optional() },
    request: { headers: preferHeader, body: { content: { 'application/json': { schema } } } },
    responses: { 200: writeResponse, ...problems(400, 404, 413, 415, 422, 503) },
    handle: async (c, { params: { zone }, query: { dryRun = false } }) => {
      const conditional = refuseConditions(c.req.raw.headers)
      if (conditional) return conditional
      const document = await readRequestDocument(c.req.raw, what, schema)
      if (document instanceof Response) return document
      const order = { ...document, zone, author: c.get('principal').name, dryRun }
      return answerWrite(collaborators, c, () => run(collaborators, order))
    },
  })
}
