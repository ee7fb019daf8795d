import type { BackendReference } from '../model/content.ts'
import type { Problem } from '../model/problem.ts'
import type { World } from '../translate/world.ts'

/**
 * Backends that no source has. A warning only: the service may be pushed later, by somebody else. Until then the
 * Gateway API (HTTPBackendRef) wants 500 for what would have gone there.
 */
export function danglingBackends(references: readonly BackendReference[], world: World): Problem[] {
  return references.flatMap(({ pointer, namespace, name, port }) => {
    const service = world.service(namespace, name)
    if (service?.port(port)) return []
    const lack = service ? `has no port ${port}` : 'is not there'
    const detail = `service ${namespace}/${name} ${lack}: what would go there is answered 500 until it comes`
    return [{ pointer, detail }]
  })
}
