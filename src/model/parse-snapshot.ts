import type { SnapshotContent } from './content.ts'
import { ContentDraft } from './content-draft.ts'
import { addRoutes } from './parse-routes.ts'
import { addTopology } from './parse-topology.ts'
import type { Parsed } from './problem.ts'

/** Both parts of a source at one moment. Neither may be left out: that would empty it. */
export function parseSnapshot(value: unknown): Parsed<SnapshotContent> {
  const topology = new ContentDraft()
  const routes = new ContentDraft()
  const parts = topology.object('snapshot', value, ['topology', 'routes'], [])
  if (parts !== undefined) {
    addTopology(topology, parts.topology, ['topology'])
    addRoutes(routes, parts.routes, ['routes'])
  }
  const problems = [...topology.problems, ...routes.problems]
  if (problems.length > 0) return { ok: false, problems }
  const parsed = routes.finish({ topology: topology.content(), routes: routes.content() })
  return parsed.ok ? { ...parsed, warnings: [...topology.warnings, ...parsed.warnings] } : parsed
}
