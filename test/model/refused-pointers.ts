import { parseJson } from '../../src/model/json.ts'
import { parseRoutes } from '../../src/model/parse-routes.ts'

/** Pointers of all problems of a routes part, pushed as bytes; [] when it is good. */
export function refusedPointers(routes: unknown): string[] {
  const json = parseJson(new TextEncoder().encode(JSON.stringify(routes)))
  const parsed = json.ok ? parseRoutes(json.value) : json
  return parsed.ok ? [] : parsed.problems.map(({ pointer }) => pointer).sort()
}
