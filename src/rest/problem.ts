import { STATUS_CODES } from 'node:http'
import { z } from '@hono/zod-openapi'
import type { Problem } from '../model/problem.ts'
import type { Refusal, RefusalReason } from '../operations/refusal.ts'

/** RFC 9457, with everything that is wrong at once in `errors`. */
export const problemDocument = z
  .object({
    type: z.string().meta({ description: 'about:blank: the status says it all' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(
      z.object({
        pointer: z
          .string()
          .meta({ description: 'RFC 6901 pointer into the document; of a query, /name of the parameter' }),
        detail: z.string(),
      }),
    ),
  })
  .openapi('Problem')

export type ProblemDocument = z.infer<typeof problemDocument>

/** RFC 9457, section 3.2: members beyond those that every problem has. */
type Extension = Pick<Refusal, 'removal' | 'epoch'>

export function problem(
  status: number,
  detail: string,
  errors: readonly Problem[] = [],
  headers: Record<string, string> = {},
  extension: Extension = {},
): Response {
  const title = STATUS_CODES[status] ?? 'Error'
  const document: ProblemDocument & Extension = {
    type: 'about:blank',
    title,
    status,
    detail,
    errors: [...errors],
    ...extension,
  }
  return new Response(JSON.stringify(document), {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...headers },
  })
}

const STATUS_OF: Record<RefusalReason, number> = {
  malformed: 400,
  unknown: 404,
  conflict: 409,
  gone: 410,
  precondition: 412,
  invalid: 422,
}

export function refusalProblem({ refused, detail, problems, ...extension }: Refusal): Response {
  return problem(STATUS_OF[refused], detail, problems, {}, extension)
}
