import { type GatewayResources, gatewayResources } from '../translate/gateway-resources.ts'
import type { World } from '../translate/world.ts'
import type { Touched } from '../translate/world-draft.ts'
import { type ClusterSource, ClusterView } from './cluster-view.ts'
import { ResourceTable } from './resource-table.ts'

/** What the Envoys of one gateway are served. */
export class GatewayTables {
  readonly listeners = new ResourceTable(true)
  readonly routeConfigurations = new ResourceTable(false)
  readonly clusters: ClusterView
  streams = 0
  #made: GatewayResources | undefined

  constructor(clusterSource: ClusterSource) {
    this.clusters = new ClusterView(clusterSource)
  }

  get conflicts(): readonly string[] {
    return this.#made?.conflicts ?? []
  }

  open(world: World, gateway: string): void {
    this.#remake(world, gateway, NOTHING)
  }

  update(world: World, gateway: string, touched: Touched): void {
    if (touched.gateways.has(gateway) || this.#namesOneOf(touched.settings))
      this.#remake(world, gateway, touched)
    else if (this.#made?.allServices) this.clusters.update(world, touched, this.#made)
  }

  /** Forgets the logs: to be called when every reader has seen all of them. */
  forgetPassed(): void {
    for (const view of [this.listeners, this.routeConfigurations, this.clusters]) view.forgetPassed()
  }

  #namesOneOf(services: ReadonlySet<string>): boolean {
    return services.size > 0 && intersects(services, this.#made?.namedServices() ?? new Set())
  }

  #remake(world: World, gateway: string, touched: Touched): void {
    const made = gatewayResources(world, gateway)
    this.#made = made
    this.listeners.replaceAll(made.listeners)
    this.routeConfigurations.replaceAll(made.routeConfigurations)
    this.clusters.update(world, touched, made)
  }
}

const NOTHING: Touched = { services: new Set(), settings: new Set(), gateways: new Set() }

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const [few, many] = a.size < b.size ? [a, b] : [b, a]
  for (const one of few) if (many.has(one)) return true
  return false
}
