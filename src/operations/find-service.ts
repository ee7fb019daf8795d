import type { MergedService } from '../translate/merged-service.ts'
import type { World } from '../translate/world.ts'
import { type Refusal, refuse } from './refusal.ts'

/**
 * The service of a name that `source` sees. Nobody's source ('') sees that of the default group; where there are only
 * such as sources or other groups have for themselves, the one that there is, or a refusal that says whom to name.
 */
export function findService(
  world: World,
  namespace: string,
  name: string,
  source: string,
): MergedService | Refusal {
  const seen = world.service(namespace, name, source)
  if (seen !== undefined) return seen
  const namesakes = world.services.get(`${namespace}/${name}`)
  const [only, ...others] = namesakes?.services ?? []
  if (namesakes === undefined || only === undefined) {
    return refuse('unknown', `there is no service ${namespace}/${name} at revision ${world.revision}`)
  }
  const detail = `service ${namespace}/${name} is kept ${namesakes.keptTo}`
  if (source !== '') return refuse('unknown', `${detail}: source ${source} does not see it`)
  if (others.length === 0) return only
  const sources = namesakes.services.flatMap(one => one.sources).sort()
  const problem = { pointer: '/source', detail: `is needed: one of ${sources.join(', ')}` }
  return refuse('malformed', detail, [problem])
}
