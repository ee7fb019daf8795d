import type { RouteConfig, z } from '@hono/zod-openapi'
import { problemDocument } from './problem.ts'

/** Pieces of the OpenAPI document that say what comes back. */

export function json(description: string, schema: z.ZodType): RouteConfig['responses'][number] {
  return { description, content: { 'application/json': { schema } } }
}

const PROBLEMS = {
  400: 'The request, its query or its JSON cannot be understood',
  401: 'A token is needed, and this was none',
  403: 'This token may not be answered that',
  404: 'There is no such thing',
  410: 'Retention took that revision',
  412: 'Somebody wrote in between',
  413: 'The body is larger than may be: 64 MiB, of Kubernetes objects 256 MiB of JSON or 16 MiB of YAML',
  415: 'Not of a Content-Type that is read here, nor gzip of it',
  422: 'The document says what must not be; nothing was stored',
  503: 'The database cannot be reached, or its disk is full; come back after Retry-After',
} as const

export function problems(...statuses: (keyof typeof PROBLEMS)[]): RouteConfig['responses'] {
  return Object.fromEntries(
    statuses.map(status => [
      status,
      {
        description: PROBLEMS[status],
        content: { 'application/problem+json': { schema: problemDocument } },
      },
    ]),
  )
}
