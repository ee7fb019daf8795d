import type { Suspect } from '../model/quarantine.ts'
import { TYPE_URLS } from '../proto/type-urls.ts'
import { parseClusterName } from './names.ts'
import { clusterResource } from './resource.ts'
import type { World } from './world.ts'

/**
 * Whether proxies of some zone or source would be sent this version of a cluster, whoever is connected. Listeners and
 * routes are not looked at: nearly always they are the same for all proxies of a gateway.
 */
export function mayBeNewest(world: World, { typeUrl, name, version }: Suspect): boolean {
  const parsed = typeUrl === TYPE_URLS.cluster ? parseClusterName(name) : undefined
  if (parsed === undefined) return false
  const { service, port } = parsed
  const namesakes = world.services.get(service)?.services ?? []
  return [...namesakes].some(one =>
    [false, true].some(weighsZones => clusterResource(one, name, port, weighsZones)?.version === version),
  )
}
