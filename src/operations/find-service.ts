import type { MergedService } from '../translate/merged-service.ts'
import type { World } from '../translate/world.ts'
import { type Refusal, refuse } from './refusal.ts'

/**
 * The service of a name that `source` sees. Nobody's source ('') sees the fleet's; where there are only such as sources
 * keep to themselves, the one that there is, or a refusal that says whom to name.
 */
export function findService(
  world: World,
  namespace: string,
  name: string,
  source: string,
): MergedService | Refusal {
  const seen = world.service(namespace, name, source)
  if (seen !== undefined) return seen
  const kept = world.services.get(`${namespace}/${name}`)?.services ?? []
  const [only, ...others] = kept
  if (only === undefined) {
    return refuse('unknown', `there is no service ${namespace}/${name} at revision ${world.revision}`)
  }
  const sources = kept.flatMap(one => one.sources).sort()
  const detail = `service ${namespace}/${name} is kept by its scope to ${sources.join(', ')}`
  if (source !== '') return refuse('unknown', `${detail}: source ${source} does not see it`)
  if (others.length === 0) return only
  const problem = { pointer: '/source', detail: `is needed: one of ${sources.join(', ')}` }
  return refuse('malformed', detail, [problem])
}
