import { z } from '@hono/zod-openapi'
import type { Problem } from '../model/problem.ts'
import { problem } from './problem.ts'

/**
 * Which of a source's pushers, one after the other, a write comes from. One that was paused does not know that another has
 * taken over: only who keeps what is written can tell (Kleppmann, "How to do distributed locking": fencing tokens).
 */
export const epochHeader = z.object({
  epoch: z.string().optional().openapi({
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description:
      'A number that is greater for each pusher that takes over, such as leaseTransitions of a Kubernetes Lease: 409 where a write with a greater one was accepted. A write without it is accepted as if there were none.',
  }),
})

export function epochOf(headers: Headers): number | Problem | undefined {
  const text = headers.get('epoch')
  if (text === null) return undefined
  const epoch = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(epoch)) return epoch
  return { pointer: '/Epoch', detail: `must be one whole number from 0 to ${Number.MAX_SAFE_INTEGER}` }
}

/** For writes that honour no other condition. */
export function writerEpoch(headers: Headers): { readonly epoch?: number } | Response {
  const epoch = epochOf(headers)
  if (typeof epoch === 'object') return problem(400, 'the epoch cannot be understood', [epoch])
  return epoch === undefined ? {} : { epoch }
}
