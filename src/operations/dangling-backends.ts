import type { Problem } from '../model/problem.ts'
import type { World } from '../translate/world.ts'

/** A backend that a pushed route names, and where in the document it does. */
export interface BackendReference {
  readonly pointer: string
  readonly namespace: string
  readonly name: string
  readonly port: number
}

/** Services that a document brings along, by `namespace/name`, with their ports. */
export type BroughtServices = ReadonlyMap<string, readonly number[]>

/**
 * Backends that no source has. A warning only: the service may be pushed later, by somebody else. Until then the
 * Gateway API (HTTPBackendRef) wants 500 for what would have gone there.
 */
export function danglingBackends(
  references: readonly BackendReference[],
  world: World,
  brought: BroughtServices = new Map(),
): Problem[] {
  return references.flatMap(({ pointer, namespace, name, port }) => {
    const service = `${namespace}/${name}`
    const ports = [
      ...(world.service(namespace, name)?.ports ?? []).map(one => one.port),
      ...(brought.get(service) ?? []),
    ]
    if (ports.includes(port)) return []
    const known = world.service(namespace, name) !== undefined || brought.has(service)
    const lack = known ? `has no port ${port}` : 'is not there'
    return [{ pointer, detail: `service ${service} ${lack}: its requests are answered 500 until it comes` }]
  })
}
