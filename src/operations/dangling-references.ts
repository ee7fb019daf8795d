import type { BackendReference, GatewayReference } from '../model/content.ts'
import type { Problem } from '../model/problem.ts'
import { gatewayKey } from '../translate/names.ts'
import type { World } from '../translate/world.ts'

/** What the routes of a push name outside the push itself. */
export interface References {
  readonly references: readonly BackendReference[]
  readonly gatewayReferences: readonly GatewayReference[]
}

/**
 * Backends and gateways that no source has. Warnings only: they may be pushed later, by somebody else. Until then the
 * Gateway API (HTTPBackendRef) wants 500 for what would have gone to a backend.
 */
export function danglingReferences({ references, gatewayReferences }: References, world: World): Problem[] {
  return [
    ...references.flatMap(one => danglingBackend(one, world)),
    ...gatewayReferences.flatMap(one => danglingGateway(one, world)),
  ]
}

function danglingBackend({ pointer, namespace, name, port }: BackendReference, world: World): Problem[] {
  const service = world.service(namespace, name)
  if (service?.port(port)) return []
  const lack = service ? `has no port ${port}` : 'is not there'
  const detail = `service ${namespace}/${name} ${lack}: what would go there is answered 500 until it comes`
  return [{ pointer, detail }]
}

function danglingGateway({ pointer, gateway }: GatewayReference, world: World): Problem[] {
  const key = gatewayKey(gateway)
  if (world.gateways.has(key)) return []
  return [{ pointer, detail: `gateway ${key} is not there: the route serves nobody there until it comes` }]
}
