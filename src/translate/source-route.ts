import type { StoredEntry } from '../model/change.ts'
import type { Route } from '../model/normal-routes.ts'
import { type NamedBackend, namedBackends } from '../model/route-backends.ts'
import { isService, type ParentReference, parentReference } from '../model/route-references.ts'
import { ANY_HOSTNAME } from './hostname-intersection.ts'
import { clusterName } from './names.ts'
import { dependsOnPort, type RouteTranslation, translateRoute } from './route-translation.ts'

/** A port of a service that a route names, whether or not it exists. */
export interface Backend {
  readonly namespace: string
  readonly name: string
  readonly port: number
  /** `namespace/name`. */
  readonly service: string
  readonly cluster: string
}

/** Whether requests of a route can be sent to a backend: its cluster exists then. */
export type Resolves = (route: SourceRoute, backend: Backend) => boolean

interface Made {
  /** Of the backends, those that resolved. */
  readonly clusters: ReadonlySet<string>
  readonly byPort: Map<number, RouteTranslation>
}

/**
 * A route of one source, attached or not. Worlds and gateways share the object for as long as its entry stands as it is, and
 * with it what was made of it: a push encodes the routes that it changed, and no others.
 */
export class SourceRoute {
  readonly source: string
  /** The revision that first brought it. */
  readonly created: number
  /** The revision that wrote it as it stands. */
  readonly since: number
  readonly route: Route
  readonly parents: readonly ParentReference[]
  /** `namespace/name` of each that a parent names. */
  readonly gateways: ReadonlySet<string>
  /** Without hostnames a route is for all. */
  readonly hostnames: readonly string[]
  /** The services' ports that it names, each once. */
  readonly backends: readonly Backend[]
  /** Other namespaces whose services it may only refer to where a ReferenceGrant permits it. */
  readonly grantNamespaces: ReadonlySet<string>
  /** Whether listeners on different ports have different translations of it. */
  readonly dependsOnPort: boolean
  /** What was made with the backends that resolved last. Those come and go seldom: one state is enough. */
  #made: Made | undefined

  constructor({ source, created, since, body }: Pick<StoredEntry, 'source' | 'created' | 'since' | 'body'>) {
    this.source = source
    this.created = created
    this.since = since
    this.route = JSON.parse(body) as Route
    this.parents = this.route.gateways.map(parentReference)
    this.gateways = new Set(this.parents.map(one => one.gateway))
    this.hostnames = hostnamesOf(this.route)
    this.backends = backendsOf(this.route)
    this.grantNamespaces = grantNamespacesOf(this.route, this.backends)
    this.dependsOnPort = dependsOnPort(this.route)
  }

  /** Depends on nothing but the entry, which of its backends resolve, and the listener's port: as on every replica. */
  translation(port: number, resolves: Resolves): RouteTranslation {
    const made = this.#madeWith(resolves)
    const key = this.dependsOnPort ? port : 0
    const known = made.byPort.get(key)
    if (known !== undefined) return known
    const translation = translateRoute(this.route, {
      source: this.source,
      created: this.created,
      port,
      cluster: ref => clusterAmong(made.clusters, ref),
    })
    made.byPort.set(key, translation)
    return translation
  }

  #madeWith(resolves: Resolves): Made {
    const made = this.#made
    if (made && this.backends.every(one => resolves(this, one) === made.clusters.has(one.cluster))) {
      return made
    }
    const resolved = this.backends.filter(one => resolves(this, one))
    this.#made = { clusters: new Set(resolved.map(one => one.cluster)), byPort: new Map() }
    return this.#made
  }
}

/** The backend that a reference to a service is. */
export function serviceBackend({ namespace, name, port = 0 }: NamedBackend['ref']): Backend {
  return {
    namespace,
    name,
    port,
    service: `${namespace}/${name}`,
    cluster: clusterName(namespace, name, port),
  }
}

function clusterAmong(clusters: ReadonlySet<string>, ref: NamedBackend['ref']): string | undefined {
  if (!isService(ref)) return undefined
  const { cluster } = serviceBackend(ref)
  return clusters.has(cluster) ? cluster : undefined
}

function hostnamesOf({ hostnames = [] }: Route): readonly string[] {
  return hostnames.length > 0 ? [...new Set(hostnames)] : [ANY_HOSTNAME]
}

function backendsOf(route: Route): readonly Backend[] {
  const backends = new Map<string, Backend>()
  for (const { ref } of namedBackends(route)) {
    if (!isService(ref)) continue
    const backend = serviceBackend(ref)
    backends.set(backend.cluster, backend)
  }
  return [...backends.values()]
}

function grantNamespacesOf(route: Route, backends: readonly Backend[]): ReadonlySet<string> {
  if (!route.requireReferenceGrants) return new Set()
  return new Set(backends.map(one => one.namespace).filter(namespace => namespace !== route.namespace))
}
