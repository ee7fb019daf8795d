import { assign } from '../locality/assign.ts'
import { viewpointClass } from '../locality/viewpoint-class.ts'
import type { Viewpoint } from '../model/viewpoint.ts'
import type { MergedService } from '../translate/merged-service.ts'
import { assignmentResource, clusterResource, type Resource } from '../translate/resource.ts'

/**
 * Clusters and assignments made of one state of one service, each when it is first asked for. An assignment exists
 * once per class of viewpoints that can see a difference, and serves every stream of that class.
 */
export class ServiceResources {
  readonly service: MergedService
  /** By port, and whether it is for proxies from whose zone zones are weighed. */
  readonly #clusters = new Map<string, Resource>()
  readonly #assignments = new Map<number, Map<string, Resource>>()

  constructor(service: MergedService) {
    this.service = service
  }

  /** undefined when the service has no such port. */
  cluster(name: string, port: number, viewpoint: Viewpoint): Resource | undefined {
    const weighsZones = this.service.weighsZonesFrom(viewpoint)
    const key = `${port} ${weighsZones}`
    const known = this.#clusters.get(key)
    if (known !== undefined) return known
    const made = clusterResource(this.service, name, port, weighsZones)
    if (made !== undefined) this.#clusters.set(key, made)
    return made
  }

  /** undefined when the service has no such port; a service without endpoints has an empty assignment. */
  assignment(name: string, port: number, viewpoint: Viewpoint): Resource | undefined {
    const decision = this.service.decision(port)
    if (decision === undefined) return undefined
    const classes = this.#assignments.get(port) ?? new Map<string, Resource>()
    this.#assignments.set(port, classes)
    const key = viewpointClass(decision, viewpoint)
    const known = classes.get(key)
    if (known !== undefined) return known
    const made = assignmentResource(name, assign(decision, viewpoint))
    classes.set(key, made)
    return made
  }

  /** Forgets the assignments of classes that nobody stands in any more. */
  drop(classes: Iterable<string>): void {
    for (const held of this.#assignments.values()) for (const one of classes) held.delete(one)
  }

  get assignmentsHeld(): number {
    let held = 0
    for (const classes of this.#assignments.values()) held += classes.size
    return held
  }
}
