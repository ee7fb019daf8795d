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
  /** As the backends resolved, each in its place. */
  readonly resolved: readonly (Resolved | undefined)[]
  /** By port of the listener, where they differ. */
  readonly byPort: Map<number, RouteTranslation> | undefined
  /** For all ports, where they do not. */
  translation: RouteTranslation | undefined
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
  /** `namespace/name` of each that a parent names, once. */
  readonly gateways: readonly string[]
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
    this.gateways = [...new Set(this.parents.map(one => one.gateway))]
    this.hostnames = hostnamesOf(this.route)
    this.backends = backendsOf(this.route)
    this.grantNamespaces = grantNamespacesOf(this.route, this.backends)
    this.dependsOnPort = dependsOnPort(this.route)
  }

  /** Depends on nothing but the entry, how its backends resolve, and the listener's port: as on every replica. */
  translation(port: number, resolve: Resolve): RouteTranslation {
    const made = this.#madeWith(resolve)
    if (made.byPort === undefined) {
      made.translation ??= this.#translate(port, made.resolved)
      return made.translation
    }
    const known = made.byPort.get(port)
    if (known !== undefined) return known
    const translation = this.#translate(port, made.resolved)
    made.byPort.set(port, translation)
    return translation
  }

  #translate(port: number, resolved: Made['resolved']): RouteTranslation {
    const resolvedOf = (cluster: string) => resolved[this.backends.findIndex(one => one.cluster === cluster)]
    return translateRoute(this.route, {
      source: this.source,
      created: this.created,
      port,
      cluster: ref => clusterOf(ref, cluster => resolvedOf(cluster) !== undefined),
      hashPolicy: cluster => resolvedOf(cluster)?.hashPolicy,
    })
  }

  #madeWith(resolve: Resolve): Made {
    const resolved = this.backends.map(one => resolve(this, one))
    const known = this.#made.find(made => resolved.every((as, index) => isSameWay(as, made.resolved[index])))
    if (known !== undefined) return known
    const byPort = this.dependsOnPort ? new Map<number, RouteTranslation>() : undefined
    const made: Made = { resolved, byPort, translation: undefined }
    // An array without room for more: there is one for each route.
    this.#made = this.#made.slice(1 - STATES_KEPT).concat(made)
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

function clusterOf(ref: NamedBackend['ref'], isResolved: (cluster: string) => boolean): string | undefined {
  if (!isService(ref)) return undefined
  const { cluster } = serviceBackend(ref)
  return isResolved(cluster) ? cluster : undefined
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

const NO_NAMESPACES: ReadonlySet<string> = new Set()

function grantNamespacesOf(route: Route, backends: readonly Backend[]): ReadonlySet<string> {
  if (!route.requireReferenceGrants) return NO_NAMESPACES
  return new Set(backends.map(one => one.namespace).filter(namespace => namespace !== route.namespace))
}
