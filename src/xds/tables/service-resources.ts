import { lineup } from '../../locality/line.ts'
import { viewpointClass } from '../../locality/viewpoint-class.ts'
import type { ClientKind } from '../../model/proxies.ts'
import type { Viewpoint } from '../../model/viewpoint.ts'
import { type ConfigSource, FROM_ADS } from '../../translate/config-source.ts'
import {
  grpcAssignmentResource,
  grpcClusterResource,
  grpcRoutesResource,
} from '../../translate/grpc-resources.ts'
import type { MergedService } from '../../translate/merged-service.ts'
import { assignmentResource, clusterResource, type Resource } from '../../translate/resource.ts'

/**
 * Clusters, assignments and gRPC's routes made of one state of one service, each when it is first asked for. An
 * assignment exists once per kind of client and class of viewpoints that can see a difference, and serves every stream
 * of these.
 */
export class ServiceResources {
  readonly service: MergedService
  /** For Envoys of ADS, and in `placeOf` the port, and whether it is for Envoys from whose zone zones are weighed. */
  #clusters: readonly Placed<Resource>[] = []
  /** The same for Envoys that take endpoints from elsewhere than ADS, as long as there are such Envoys. */
  #otherClusters: WeakMap<ConfigSource, Map<number, Resource>> | undefined
  #grpcClusters: Map<string, Resource> | undefined
  #grpcRoutes: Map<string, Resource> | undefined
  /** In `placeOf` the port, and whether it is for gRPC clients; then by class. */
  #assignments: readonly Placed<Map<string, Resource>>[] = []

  constructor(service: MergedService) {
    this.service = service
  }

  /** Of Envoys; undefined when the service has no such port. */
  cluster(
    name: string,
    port: number,
    viewpoint: Viewpoint,
    endpointsFrom: ConfigSource = FROM_ADS,
  ): Resource | undefined {
    const weighsZones = this.service.weighsZonesFrom(viewpoint)
    const place = placeOf(port, weighsZones)
    const make = () => clusterResource(this.service, name, port, weighsZones, endpointsFrom)
    if (endpointsFrom !== FROM_ADS) return once(this.#clustersWith(endpointsFrom), place, make)
    const known = at(this.#clusters, place)
    if (known !== undefined) return known
    const made = make()
    if (made !== undefined) this.#clusters = this.#clusters.concat({ place, held: made })
    return made
  }

  grpcCluster(name: string, port: number): Resource | undefined {
    this.#grpcClusters ??= new Map()
    return once(this.#grpcClusters, name, () => grpcClusterResource(this.service, name, port))
  }

  grpcRoutes(name: string, port: number): Resource | undefined {
    this.#grpcRoutes ??= new Map()
    return once(this.#grpcRoutes, name, () => grpcRoutesResource(this.service, name, port))
  }

  /** undefined when the service has no such port; a service without endpoints has an empty assignment. */
  assignment(name: string, port: number, viewpoint: Viewpoint, kind: ClientKind): Resource | undefined {
    const decision = this.service.decision(port)
    if (decision === undefined) return undefined
    const place = placeOf(port, kind === 'grpc')
    let classes = at(this.#assignments, place)
    if (classes === undefined) {
      classes = new Map()
      this.#assignments = this.#assignments.concat({ place, held: classes })
    }
    const key = viewpointClass(decision, viewpoint)
    const known = classes.get(key)
    if (known !== undefined) return known
    const make = kind === 'grpc' ? grpcAssignmentResource : assignmentResource
    const made = make(name, lineup(decision, viewpoint))
    classes.set(key, made)
    return made
  }

  /** Forgets the assignments of classes that nobody stands in any more. */
  drop(classes: Iterable<string>): void {
    for (const { held } of this.#assignments) for (const one of classes) held.delete(one)
  }

  get assignmentsHeld(): number {
    let count = 0
    for (const { held: classes } of this.#assignments) count += classes.size
    return count
  }

  /** Those of Envoys that take endpoints from elsewhere are left out. */
  get clustersHeld(): number {
    return this.#clusters.length + (this.#grpcClusters?.size ?? 0)
  }

  get grpcRoutesHeld(): number {
    return this.#grpcRoutes?.size ?? 0
  }

  #clustersWith(endpointsFrom: ConfigSource): Map<number, Resource> {
    this.#otherClusters ??= new WeakMap()
    const clusters = this.#otherClusters.get(endpointsFrom) ?? new Map()
    this.#otherClusters.set(endpointsFrom, clusters)
    return clusters
  }
}

/** One of a few: a map for them would be larger than what it holds, and so would an array that has room for more. */
interface Placed<T> {
  readonly place: number
  readonly held: T
}

function at<T>(few: readonly Placed<T>[], place: number): T | undefined {
  for (const one of few) if (one.place === place) return one.held
  return undefined
}

/** Of two things that there are for each port. */
function placeOf(port: number, isSecond: boolean): number {
  return 2 * port + Number(isSecond)
}

/** What there is not is looked for again. */
function once<Key>(
  made: Map<Key, Resource>,
  key: Key,
  make: () => Resource | undefined,
): Resource | undefined {
  const known = made.get(key)
  if (known !== undefined) return known
  const one = make()
  if (one !== undefined) made.set(key, one)
  return one
}
