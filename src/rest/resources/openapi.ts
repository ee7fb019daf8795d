import { z } from '@hono/zod-openapi'
import { json } from '../responses.ts'
import { type Route, route } from '../route.ts'

/** The document is the same for the whole life of the process, and most processes are never asked for it. */
export function openApi(make: () => object): Route {
  let text: string | undefined
  return route({
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    open: true,
    responses: { 200: json('OpenAPI 3.1', z.looseObject({ openapi: z.string() })) },
    handle: async c => {
      text ??= JSON.stringify(make())
      return c.body(text, 200, { 'Content-Type': 'application/json' })
    },
  })
}
