import type { RouteConfig } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'
import { STORED_PARTS } from '../model/entry.ts'
import type { Collaborators } from '../operations/collaborators.ts'
import { converge } from '../operations/converge.ts'
import { isRefusal, type Refusal } from '../operations/refusal.ts'
import type { WriteAnswer } from '../operations/write-answer.ts'
import { entityTag } from './conditions.ts'
import { preferredWait } from './prefer.ts'
import { refusalProblem } from './problem.ts'
import { json } from './responses.ts'
import type { RestContext } from './route.ts'

/** What every write answers, and how it waits for the proxies. */

const problem = z.object({ pointer: z.string(), detail: z.string() })

const answer = z
  .object({
    source: z.string().nullable().meta({ description: 'null: every source (a restore of all, a drain)' }),
    part: z.enum([...STORED_PARTS, 'both']),
    revision: z
      .int()
      .nullable()
      .meta({ description: 'what wrote what stands now; null for a dry run, and where nothing ever did' }),
    digest: z.string(),
    unchanged: z.boolean(),
    changed: z.object({ added: z.int(), updated: z.int(), removed: z.int() }),
    warnings: z.array(problem),
    convergence: z
      .object({
        proxies: z.int().meta({ description: 'connected ones that the write concerns' }),
        acked: z.int(),
        nacked: z.array(
          z.object({ proxy: z.string(), node: z.string(), typeUrl: z.string(), detail: z.string() }),
        ),
        pending: z.array(z.object({ proxy: z.string(), node: z.string() })),
      })
      .optional()
      .meta({ description: 'with Prefer: wait' }),
  })
  .openapi('Write')

export const writeResponse: RouteConfig['responses'][number] = {
  ...json('What the write did', answer),
  headers: {
    ETag: { description: 'the digest of what stands now', schema: { type: 'string' } },
    'Preference-Applied': { description: 'wait=N, where it was asked for', schema: { type: 'string' } },
  },
}

export const preferHeader = z.object({
  prefer: z
    .string()
    .optional()
    .openapi({ description: 'wait=SECONDS (at most 60): answer when the proxies have', example: 'wait=10' }),
})

/** Runs a write as the request wants it: at once, or waiting until the proxies that it concerns have answered. */
export async function answerWrite(
  collaborators: Collaborators,
  c: RestContext,
  write: () => Promise<WriteAnswer | Refusal>,
): Promise<Response> {
  const seconds = preferredWait(c.req.header('prefer') ?? null)
  if (seconds === undefined) return writeDocument(c, await write())
  const { result, convergence } = await converge(collaborators, seconds, write, revisionOf)
  if (isRefusal(result) || convergence === undefined) return writeDocument(c, result)
  return writeDocument(c, { ...result, convergence }, { 'Preference-Applied': `wait=${seconds}` })
}

function revisionOf(result: WriteAnswer | Refusal): number | null {
  return isRefusal(result) ? null : result.revision
}

function writeDocument(
  c: RestContext,
  result: WriteAnswer | Refusal,
  headers: Record<string, string> = {},
): Response {
  c.set('written', result)
  if (isRefusal(result)) return refusalProblem(result)
  // A dry run's digest is of something that does not stand, and a restore of all sources is of no one resource.
  const tagged = result.revision !== null && result.source !== null
  return Response.json(result, {
    headers: { ...headers, ...(tagged ? { ETag: entityTag(result.digest) } : {}) },
  })
}
