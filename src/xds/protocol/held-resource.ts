import type { HeldResource, ResourceStatus } from '../../model/held-resources.ts'
import type { Resource } from '../../translate/resource.ts'
import type { Holding, KnownVersion } from './holdings.ts'

/** How a name stands with a client. `due`: what is still to be sent, if it is another version than was, or is not there. */
export function heldResource(
  name: string,
  { has, sent, isAwaited }: Holding,
  due?: { readonly now: Resource | undefined },
): HeldResource {
  const held = (status: ResourceStatus, offered?: KnownVersion): HeldResource => ({
    name,
    status,
    ...(has && { has }),
    ...(offered && { offered }),
  })
  if (due && due.now?.version !== sent?.version) return held('NOT_SENT', due.now)
  if (isAwaited) return held('STALE', sent)
  if (sent?.version !== has?.version) return held('NACK', sent)
  if (has === undefined) return held(due ? 'NOT_SENT' : 'MISSING')
  return held('SYNCED')
}
