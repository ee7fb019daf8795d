import { clusterNames, type GatewayResources } from '../translate/gateway-resources.ts'
import { parseClusterName } from '../translate/names.ts'
import type { Resource } from '../translate/resource.ts'
import type { World } from '../translate/world.ts'
import type { Touched } from '../translate/world-draft.ts'
import { ChangeLog } from './change-log.ts'
import type { View } from './view.ts'

/** Gives the cluster of a name out of what all gateways share. */
export type ClusterSource = (name: string) => Resource | undefined

/**
 * The clusters of one gateway: those that its routes name, or every service's. Only names are kept here; a cluster is
 * made when a stream is to be sent it, and shared with the other gateways.
 */
export class ClusterView implements View {
  readonly #source: ClusterSource
  readonly #log = new ChangeLog()
  #names: ReadonlySet<string> = new Set()
  /** Of a gateway with all services: the cluster names of each service. */
  #byService: Map<string, readonly string[]> | undefined

  constructor(source: ClusterSource) {
    this.#source = source
  }

  get position(): number {
    return this.#log.position
  }

  get(name: string): Resource | undefined {
    return this.#has(name) ? this.#source(name) : undefined
  }

  *names(): Iterable<string> {
    if (this.#byService === undefined) yield* this.#names
    else for (const names of this.#byService.values()) yield* names
  }

  changedSince(cursor: number): Iterable<string> {
    return this.#log.since(cursor)
  }

  /** Forgets the log: to be called when every reader has seen `position`. */
  forgetPassed(): void {
    this.#log.clear()
  }

  update(world: World, touched: Touched, { allServices, clusters }: GatewayResources): void {
    const settings = this.#byService === undefined && allServices ? world.services.keys() : touched.settings
    if (allServices) this.#updateAll(world, settings)
    else this.#updateRouted(touched, clusters)
  }

  #has(name: string): boolean {
    if (this.#byService === undefined) return this.#names.has(name)
    const service = parseClusterName(name)?.service
    return service !== undefined && (this.#byService.get(service)?.includes(name) ?? false)
  }

  #updateRouted(touched: Touched, clusters: ReadonlySet<string>): void {
    const before = new Set(this.names())
    this.#byService = undefined
    this.#names = clusters
    for (const name of before) if (!clusters.has(name)) this.#log.record(name)
    for (const name of clusters) {
      const service = parseClusterName(name)?.service ?? ''
      if (!before.has(name) || touched.settings.has(service)) this.#log.record(name)
    }
  }

  #updateAll(world: World, services: Iterable<string>): void {
    const byService = this.#byService ?? new Map<string, readonly string[]>()
    const before = this.#byService === undefined ? this.#names : new Set<string>()
    this.#byService = byService
    this.#names = new Set()
    for (const service of services) {
      const old = byService.get(service) ?? []
      const names = clusterNames(world, service)
      if (names.length > 0) byService.set(service, names)
      else byService.delete(service)
      for (const name of new Set([...old, ...names])) this.#log.record(name)
    }
    for (const name of before) if (!this.#has(name)) this.#log.record(name)
  }
}
