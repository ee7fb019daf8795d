import type { StoredEntry } from '../model/change.ts'
import type { Route } from '../model/normal-routes.ts'
import { type NamedBackend, namedBackends } from '../model/route-backends.ts'
import { isService, type ParentReference, parentReference } from '../model/route-references.ts'
import { ANY_HOSTNAME } from './hostname-intersection.ts'
import { clusterName } from './names.ts'
import { type HashPolicy, isSameHash } from './routes/hash-policy.ts'
import { dependsOnPort, type RouteTranslation, translateRoute } from './routes/route-translation.ts'

/** A port of a service that a route names, whether or not it exists. */
export interface Backend {
  readonly namespace: string
  readonly name: string
  readonly port: number
  /** `namespace/name`. */
  readonly service: string
  readonly cluster: string
}

/** How requests are sent to a backend that has a cluster. */
interface Resolved {
  readonly hashPolicy: HashPolicy
}

/** undefined for a backend that requests of a route cannot be sent to: it has no cluster. */
export type Resolve = (route: SourceRoute, backend: Backend) => Resolved | undefined

interface Made {
  /** Of the backends, those that resolved, by their clusters. */
  readonly clusters: ReadonlyMap<string, Resolved>
  readonly byPort: Map<number, RouteTranslation>
}

/**
 * Backends change seldom, but realms see them in different ways at one time: a route's own source, another one that has
 * a service of the name for itself, and a fleet.
 */
const STATES_KEPT = 3

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
  /** What was made with the backends as they resolved of late, the newest last. */
  #made: readonly Made[] = []

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

  /** Depends on nothing but the entry, how its backends resolve, and the listener's port: as on every replica. */
  translation(port: number, resolve: Resolve): RouteTranslation {
    const made = this.#madeWith(resolve)
    const key = this.dependsOnPort ? port : 0
    const known = made.byPort.get(key)
    if (known !== undefined) return known
    const translation = translateRoute(this.route, {
      source: this.source,
      created: this.created,
      port,
      cluster: ref => clusterAmong(made.clusters, ref),
      hashPolicy: cluster => made.clusters.get(cluster)?.hashPolicy,
    })
    made.byPort.set(key, translation)
    return translation
  }

  #madeWith(resolve: Resolve): Made {
    const resolved = this.backends.map(one => [one.cluster, resolve(this, one)] as const)
    const known = this.#made.find(({ clusters }) =>
      resolved.every(([cluster, as]) => isSameWay(as, clusters.get(cluster))),
    )
    if (known !== undefined) return known
    const clusters = new Map(resolved.flatMap(([cluster, as]) => (as === undefined ? [] : [[cluster, as]])))
    const made: Made = { clusters, byPort: new Map() }
    this.#made = [...this.#made.slice(1 - STATES_KEPT), made]
    return made
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

function isSameWay(a: Resolved | undefined, b: Resolved | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return isSameHash(a.hashPolicy, b.hashPolicy)
}

function clusterAmong(clusters: ReadonlyMap<string, Resolved>, ref: NamedBackend['ref']): string | undefined {
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
