import { assign } from '../locality/assign.ts'
import { viewpointClass } from '../locality/viewpoint-class.ts'
import type { Viewpoint } from '../model/viewpoint.ts'
import { type ConfigSource, FROM_ADS } from '../translate/config-source.ts'
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
  /** The same for proxies that take endpoints from elsewhere than ADS, as long as there are such proxies. */
  #otherClusters: WeakMap<ConfigSource, Map<string, Resource>> | undefined
  readonly #assignments = new Map<number, Map<string, Resource>>()

  constructor(service: MergedService) {
    this.service = service
  }

  /** undefined when the service has no such port. */
  cluster(
    name: string,
    port: number,
    viewpoint: Viewpoint,
    endpointsFrom: ConfigSource = FROM_ADS,
  ): Resource | undefined {
    const weighsZones = this.service.weighsZonesFrom(viewpoint)
    const key = `${port} ${weighsZones}`
    const clusters = this.#clustersWith(endpointsFrom)
    const known = clusters.get(key)
    if (known !== undefined) return known
    const made = clusterResource(this.service, name, port, weighsZones, endpointsFrom)
    if (made !== undefined) clusters.set(key, made)
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

  #clustersWith(endpointsFrom: ConfigSource): Map<string, Resource> {
    if (endpointsFrom === FROM_ADS) return this.#clusters
    this.#otherClusters ??= new WeakMap()
    const clusters = this.#otherClusters.get(endpointsFrom) ?? new Map()
    this.#otherClusters.set(endpointsFrom, clusters)
    return clusters
  }

  get assignmentsHeld(): number {
    let held = 0
    for (const classes of this.#assignments.values()) held += classes.size
    return held
  }
}
