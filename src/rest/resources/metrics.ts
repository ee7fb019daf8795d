import { z } from '@hono/zod-openapi'
import type { Registry } from 'prom-client'
import { type Route, route } from '../route.ts'

export function metrics(registry: Registry): Route {
  return route({
    method: 'get',
    path: '/metrics',
    summary: 'Metrics in the text format of Prometheus',
    responses: {
      200: { description: 'The metrics', content: { 'text/plain': { schema: z.string() } } },
    },
    handle: async () =>
      new Response(await registry.metrics(), { headers: { 'Content-Type': registry.contentType } }),
  })
}
