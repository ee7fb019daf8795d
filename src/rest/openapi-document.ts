import { OpenAPIHono } from '@hono/zod-openapi'
import type { Route } from './route.ts'

/** The OpenAPI document of these routes; `api/openapi.json` is the same, checked in. */
export function openApiDocument(routes: readonly Route[]): object {
  const app = new OpenAPIHono()
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' })
  for (const route of routes) app.openAPIRegistry.registerPath(route.document)
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Vicinity',
      version: 'v1',
      description: 'An xDS control plane that keeps traffic in its zone.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    security: [{ token: [] }],
  })
  return withoutFlags(document)
}

/** The generator writes a pattern's flags behind it; JSON Schema's patterns are Unicode anyway. */
function withoutFlags(document: object): object {
  const text = JSON.stringify(document, (key, value) =>
    key === 'pattern' && typeof value === 'string' ? value.replace(/\/[a-z]+$/, '') : value,
  )
  return JSON.parse(text) as object
}
