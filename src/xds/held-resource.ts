import type { HeldResource, ResourceStatus } from '../model/held-resources.ts'
import type { Resource } from '../translate/resource.ts'
import type { Holding, KnownVersion } from './holdings.ts'

/** How a name stands with a client. `isDue`: it is still to be sent as it is `now`, or that it is not there. */
export function heldResource(
  name: string,
  { has, sent, isAwaited }: Holding,
  isDue: boolean,
  now: Resource | undefined,
): HeldResource {
  const held = (status: ResourceStatus, offered?: KnownVersion): HeldResource => ({
    name,
    status,
    ...(has && { has }),
    ...(offered && { offered }),
  })
  if (isDue && now?.version !== sent?.version) return held('NOT_SENT', now)
  if (isAwaited) return held('STALE', sent)
  if (sent?.version !== has?.version) return held('NACK', sent)
  if (has === undefined) return held(isDue ? 'NOT_SENT' : 'MISSING')
  return held('SYNCED')
}
