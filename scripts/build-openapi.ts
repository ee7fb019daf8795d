import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { allRoutes } from '../src/rest/all-routes.ts'
import { openApiDocument } from '../src/rest/openapi-document.ts'

export const OPENAPI = fileURLToPath(new URL('../api/openapi.json', import.meta.url))

/** The text of api/openapi.json. No route is called, so that nothing has to stand behind them. */
export function openApiText(): string {
  const routes = allRoutes({} as never, {
    registry: {} as never,
    discovery: {} as never,
    ready: () => true,
  })
  return `${JSON.stringify(openApiDocument(routes), undefined, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(OPENAPI, openApiText())
