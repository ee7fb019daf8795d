import type { Readable } from 'node:stream'
import type { HttpBindings } from '@hono/node-server'
import { z } from '@hono/zod-openapi'
import type { Collaborators } from '../operations/collaborators.ts'
import { type Push, push } from '../operations/push.ts'
import { readBody } from './body.ts'
import type { BodyBudget, BodyLease } from './body-budget.ts'
import { isProblems, writeConditions } from './conditions.ts'
import { epochHeader } from './epoch.ts'
import { flag } from './parameters.ts'
import { problem } from './problem.ts'
import type { RestContext } from './route.ts'
import { answerWrite, preferHeader } from './write-document.ts'

/** What all paths that take documents have in common. */

export const pushHeaders = preferHeader.extend({
  'if-match': z
    .string()
    .optional()
    .openapi({ description: '"digest", a list of them, or *: 412 where something else stands' }),
  'if-none-match': z.string().optional().openapi({ description: '*: 412 where anything was pushed already' }),
  ...epochHeader.shape,
})

export const patchQuery = {
  dryRun: flag.optional().openapi({ description: 'validate and answer, but store nothing' }),
}

export const pushQuery = {
  ...patchQuery,
  force: flag.optional().openapi({
    description:
      'however many endpoints go. Else 409 where a source with at least 10 would be left with none, or lose a greater share than maxRemoved of its settings.',
  }),
}

/** What the path and its query say of a push; headers and body say the rest. */
export type PushTarget = Pick<Push, 'source' | 'part' | 'mode' | 'dryRun' | 'force' | 'kubernetes'>

/** How its body is read, by default as JSON. */
type Reading = Omit<NonNullable<Parameters<typeof readBody>[1]>, 'lease' | 'incoming'>

/** Reads, pushes and answers, within what all bodies together may take. */
export async function answerPush(
  collaborators: Collaborators,
  budget: BodyBudget,
  c: RestContext,
  target: PushTarget,
  reading: Reading = {},
): Promise<Response> {
  const lease = budget.lease()
  const request = await pushRequest(c, lease, target, reading)
  if (request instanceof Response) {
    lease.end()
    return request
  }
  // A push that waits for its proxies needs its bytes no more.
  const run = () => push(collaborators, request).finally(() => lease.end())
  return answerWrite(collaborators, c, run)
}

/** undefined: no server of Node's brought the request. */
function incomingOf({ env }: RestContext): Readable | undefined {
  return (env as Partial<HttpBindings> | undefined)?.incoming
}

async function pushRequest(
  c: RestContext,
  lease: BodyLease,
  target: PushTarget,
  reading: Reading,
): Promise<Push | Response> {
  const conditions = writeConditions(c.req.raw.headers)
  if (isProblems(conditions)) return problem(400, 'a condition cannot be understood', conditions)
  const bytes = await readBody(c.req.raw, { ...reading, lease, incoming: incomingOf(c) })
  if (bytes instanceof Response) return bytes
  return { ...target, ...conditions, author: c.get('principal').name, bytes }
}
