import type { Viewpoint } from '../../model/viewpoint.ts'
import { TYPE_URLS } from '../../proto/type-urls.ts'
import {
  apiListenerResource,
  noRoutesResource,
  serverListenerResource,
} from '../../translate/grpc-resources.ts'
import { parseClusterName, parseTarget, type ServicePortName } from '../../translate/names.ts'
import type { Resource } from '../../translate/resource.ts'
import type { Touched } from '../../translate/world-draft.ts'
import type { IdSet } from '../names/id-set.ts'
import type { Names } from '../names/names.ts'
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

/** A stream, as it asks for one type. */
type Asker = Pick<Viewpoint, 'source'>

/**
 * What gRPC clients are served beside assignments (gRFC A27): whatever they ask for by name, and nothing without. What a
 * target is called by is always there; its routes say whether it leads anywhere. Routes and clusters have one log.
 */
export class GrpcTables {
  readonly #names: Names
  readonly #serviceSource: ServiceSource
  readonly #asked = new AskedNames()
  readonly #log = new ChangeLog()

  constructor(names: Names, serviceSource: ServiceSource) {
    this.#names = names
    this.#serviceSource = serviceSource
  }

  /** The services come from another world. */
  update({ settings }: Touched): void {
    for (const service of settings)
      for (const name of this.#asked.take(service)) this.#log.record(this.#names.idOf(name))
  }

  /** How many names are in the log. */
  get logged(): number {
    return this.#log.size
  }

  markNames(inUse: IdSet): void {
    this.#log.markNames(inUse)
  }

  /** Forgets the log: to be called when every reader has seen all of it. */
  forgetPassed(): void {
    this.#log.clear()
  }

  /** One more stream. */
  join({ source }: Viewpoint): Pick<Audience, 'views' | 'warnings' | 'leave'> {
    // One for each type: of one and the same name it may want the one, and not the other any more.
    const [routes, clusters]: [Asker, Asker] = [{ source }, { source }]
    const views = new Map<string, View>([
      [TYPE_URLS.listener, new LoggedView(this.#log, { get: id => listenerOf(this.#names.textOf(id)) })],
      [TYPE_URLS.routes, this.#view(routes, name => this.#routes(name, routes))],
      [TYPE_URLS.cluster, this.#view(clusters, name => this.#cluster(name, clusters))],
    ])
    return {
      views: typeUrl => views.get(typeUrl),
      // Nothing is missing where no gateway is served.
      warnings: () => [],
      leave: () => {
        this.#asked.leave(routes)
        this.#asked.leave(clusters)
      },
    }
  }

  #view(asker: Asker, get: (name: string) => Resource | undefined): View {
    return new LoggedView(this.#log, {
      get: id => get(this.#names.textOf(id)),
      forget: id => this.#asked.forget(this.#names.textOf(id), asker),
    })
  }

  #routes(name: string, asker: Asker): Resource | undefined {
    const target = parseTarget(name)
    if (target === undefined) return undefined
    const routes = this.#find(name, target, asker, (one, port) => one.grpcRoutes(name, port))
    return routes ?? noRoutesResource(name)
  }

  #cluster(name: string, asker: Asker): Resource | undefined {
    const parsed = parseClusterName(name)
    return parsed && this.#find(name, parsed, asker, (one, port) => one.grpcCluster(name, port))
  }

  #find(name: string, { service, port }: ServicePortName, asker: Asker, part: Part): Resource | undefined {
    const resources = this.#serviceSource(service, asker.source)
    const found = resources && part(resources, port)
    if (found === undefined) this.#asked.noteMissing(service, name, asker)
    else this.#asked.noteExisting(service, name)
    return found
  }
}

/** They never change. */
function listenerOf(name: string): Resource | undefined {
  return parseTarget(name) === undefined ? serverListenerResource(name) : apiListenerResource(name)
}
