import type { RouteConfig } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'
import { problemDocument } from './problem.ts'

/** How a write is refused that would take too much, or comes from a pusher that another one has relieved. */

/** The description of a 409, by what may be its cause. */
export const RELIEVED = 'A write with a greater Epoch was accepted: another pusher has taken over'
export const NOT_PUSHED = `It would take more endpoints than one push may; ?force=true does it. Or: ${RELIEVED}`
export const NOT_PATCHED = `That part was never pushed: a patch needs a PUT before it. Or: ${RELIEVED}`

const endpointCounts = {
  before: z.int(),
  after: z.int(),
  removed: z.int().meta({ description: 'of those before; an endpoint is one of a service, by its name' }),
}

const removal = z.object({
  endpoints: z.object(endpointCounts).meta({ description: 'of the source' }),
  services: z.object({
    items: z
      .array(z.object({ service: z.string(), ...endpointCounts }))
      .meta({ description: 'that lose endpoints, most first; at most 100' }),
    total: z.int(),
  }),
  maxRemoved: z.string().nullable().meta({
    description: 'so much the settings of the source allow; null: they say nothing, it is never all',
  }),
  changed: z.object({ added: z.int(), updated: z.int(), removed: z.int() }).meta({ description: 'entries' }),
})

const epoch = z.object({
  given: z.int(),
  newest: z.int().meta({ description: 'that an accepted write of the source has brought' }),
})

const conflictDocument = problemDocument
  .extend({
    removal: removal.optional().meta({ description: 'what the push would do; ?force=true does it' }),
    epoch: epoch.optional().meta({ description: 'another pusher has taken over' }),
  })
  .openapi('Conflict')

export function conflict(description: string): RouteConfig['responses'] {
  return { 409: { description, content: { 'application/problem+json': { schema: conflictDocument } } } }
}
