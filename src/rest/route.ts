import type { RouteConfig } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Principal } from '../auth/principal.ts'
import { issueDetail } from '../model/issue.ts'
import type { Problem } from '../model/problem.ts'
import { pointer } from '../model/problem.ts'
import type { Refusal } from '../operations/refusal.ts'
import type { WriteAnswer } from '../operations/write-answer.ts'
import { problem } from './problem.ts'
import { problems } from './responses.ts'

/** What is known of a request while it is answered. */
export interface RestVariables {
  principal: Principal
  /** The path of the route that answers, with its parameters unfilled; for metrics. */
  route: string
  /** It is a read, whatever its method. */
  changesNothing: boolean
  /** As the client named the request in X-Request-Id, or by a name of ours. */
  requestId: string
  /** What became of a write. */
  written: WriteAnswer | Refusal
}

export type RestContext = Context<{ Variables: RestVariables }>

/**
 * One method of one path: what the OpenAPI document says of it, and what answers. Parameters and queries are
 * checked against their schemas before `handle` is called; a body is the handler's to read, as raw bytes.
 */
export interface Route {
  readonly method: 'get' | 'put' | 'patch' | 'post' | 'delete'
  /** With parameters in braces, as OpenAPI has it. */
  readonly path: string
  /** No token is asked for. */
  readonly open: boolean
  readonly document: RouteConfig
  readonly answer: (c: RestContext) => Promise<Response>
}

interface RouteDefinition<P extends z.ZodRawShape, Q extends z.ZodRawShape> {
  readonly method: Route['method']
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly params?: P
  readonly query?: Q
  readonly request?: RouteConfig['request']
  readonly responses: RouteConfig['responses']
  readonly open?: boolean
  /** A read, though its method is none: it is not logged as a write. */
  readonly changesNothing?: boolean
  readonly handle: (
    c: RestContext,
    asked: { params: z.output<z.ZodObject<P>>; query: z.output<z.ZodObject<Q>> },
  ) => Promise<Response>
}

type Nothing = Record<never, never>

export function route<P extends z.ZodRawShape = Nothing, Q extends z.ZodRawShape = Nothing>(
  definition: RouteDefinition<P, Q>,
): Route {
  const params = z.strictObject(definition.params ?? ({} as P))
  const query = z.strictObject(definition.query ?? ({} as Q))
  return {
    method: definition.method,
    path: definition.path,
    open: definition.open ?? false,
    document: {
      method: definition.method,
      path: definition.path,
      summary: definition.summary,
      ...(definition.description ? { description: definition.description } : {}),
      ...(definition.open ? { security: [] } : {}),
      request: {
        ...definition.request,
        ...(definition.params ? { params } : {}),
        ...(definition.query ? { query } : {}),
      },
      responses: { ...definition.responses, ...(definition.open ? {} : problems(401)) },
    },
    async answer(c) {
      c.set('route', definition.path)
      c.set('changesNothing', definition.changesNothing ?? false)
      const given = params.safeParse(c.req.param(), WORDS)
      const asked = query.safeParse(queryOf(c, definition.query ?? {}), WORDS)
      if (given.success && asked.success)
        return definition.handle(c, { params: given.data, query: asked.data })
      const issues = [...(given.error?.issues ?? []), ...(asked.error?.issues ?? [])]
      return problem(400, 'the path or its query cannot be understood', issues.flatMap(problemsOf))
    },
  }
}

/** The query by name; a parameter is a list only where its schema is one, so that a second one is noticed. */
function queryOf(c: RestContext, shape: z.ZodRawShape): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(c.req.queries()).map(([name, values]) => {
      const single = values.length === 1 && !(name in shape && isList(shape[name] as z.ZodType))
      return [name, single ? (values[0] as string) : values]
    }),
  )
}

function isList(schema: z.ZodType): boolean {
  if (schema instanceof z.ZodPipe) return isList(schema.in as z.ZodType)
  if (schema instanceof z.ZodDefault) return isList(schema.unwrap() as z.ZodType)
  return schema instanceof z.ZodArray
}

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => ({ pointer: pointer([key]), detail: 'is no query parameter of this path' }))
  return [{ pointer: pointer(issue.path), detail: issue.message }]
}

const WORDS = { error: parameterDetail }

/** A list stands where `queryOf` found several of a parameter that is given once. */
function parameterDetail(issue: z.core.$ZodRawIssue): string | undefined {
  const isRepeated = issue.code === 'invalid_type' || issue.code === 'invalid_value'
  return isRepeated && Array.isArray(issue.input) ? 'must be given once' : issueDetail(issue)
}
