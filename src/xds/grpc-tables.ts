import type { Viewpoint } from '../model/viewpoint.ts'
import { TYPE_URLS } from '../proto/type-urls.ts'
import { missingListenerResource, serverListenerResource } from '../translate/grpc-resources.ts'
import { parseClusterName } from '../translate/names.ts'
import type { Resource } from '../translate/resource.ts'
import type { Touched } from '../translate/world-draft.ts'
import { AskedNames } from './asked-names.ts'
import type { Audience } from './audience.ts'
import { ChangeLog } from './change-log.ts'
import { LoggedView } from './logged-view.ts'
import type { ServiceResources } from './service-resources.ts'
import type { View } from './view.ts'

/** Gives the resources of a service (`namespace/name`) as the proxies of a source see it. */
type ServiceSource = (service: string, source: string) => ServiceResources | undefined

/** One of them, as it is for the port that is asked for. */
type Part = (resources: ServiceResources, port: number) => Resource | undefined

/** A stream. */
type Asker = Pick<Viewpoint, 'source'>

/**
 * What gRPC clients are served beside assignments (gRFC A27): whatever they ask for by name, and nothing without. A
 * listener and its cluster have one name, that of the service's port, and one log.
 */
export class GrpcTables {
  readonly #serviceSource: ServiceSource
  readonly #asked = new AskedNames()
  readonly #log = new ChangeLog()

  constructor(serviceSource: ServiceSource) {
    this.#serviceSource = serviceSource
  }

  /** The services come from another world. */
  update({ settings }: Touched): void {
    for (const service of settings) for (const name of this.#asked.take(service)) this.#log.record(name)
  }

  /** How many names are in the log. */
  get logged(): number {
    return this.#log.size
  }

  /** Forgets the log: to be called when every reader has seen all of it. */
  forgetPassed(): void {
    this.#log.clear()
  }

  /** One more stream. */
  join({ source }: Viewpoint): Pick<Audience, 'views' | 'warnings' | 'leave'> {
    const asker: Asker = { source }
    return {
      views: (typeUrl, hasReturned = false) => {
        switch (typeUrl) {
          case TYPE_URLS.listener:
            return this.#listeners(asker, hasReturned)
          case TYPE_URLS.cluster:
            return this.#view(name => this.#find(name, asker, (one, port) => one.grpcCluster(name, port)))
          case TYPE_URLS.routes:
            // Those that there are stand in listeners.
            return this.#view(() => undefined)
          default:
            return undefined
        }
      },
      // Nothing is missing where no gateway is served.
      warnings: () => [],
      leave: () => this.#asked.leave(asker),
    }
  }

  /**
   * A client that never had the listener of a service would take its absence for lateness, and wait. One that may have
   * had it is told by its absence that it is gone, which it may be meant to overlook (gRFC A53, `ignore_resource_deletion`).
   */
  #listeners(asker: Asker, hasReturned: boolean): View {
    const had = new Set<string>()
    return this.#view(name => {
      if (parseClusterName(name) === undefined) return serverListenerResource(name)
      const found = this.#find(name, asker, (one, port) => one.apiListener(name, port))
      if (found !== undefined) had.add(name)
      return found ?? (hasReturned || had.has(name) ? undefined : missingListenerResource(name))
    })
  }

  #view(get: (name: string) => Resource | undefined): View {
    return new LoggedView(this.#log, { get, names: () => [] })
  }

  #find(name: string, asker: Asker, of: Part): Resource | undefined {
    const parsed = parseClusterName(name)
    if (parsed === undefined) return undefined
    const { service, port } = parsed
    const resources = this.#serviceSource(service, asker.source)
    const found = resources && of(resources, port)
    if (found === undefined) this.#asked.noteMissing(service, name, asker)
    else this.#asked.noteExisting(service, name)
    return found
  }
}
