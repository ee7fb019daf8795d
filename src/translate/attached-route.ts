import type { StoredEntry } from '../model/change.ts'
import type { HTTPRoute } from '../model/http-route.ts'
import { parentReference } from '../model/route-references.ts'
import { clusterName } from './names.ts'
import { type RouteOrigin, type RouteTranslation, translateRoute } from './route-translation.ts'

/** Whether some source has this port of this service (`namespace/name`): its cluster exists then. */
export type HasPort = (service: string, port: number) => boolean

/** A port of a service that a route names, whether or not it exists. */
interface Backend {
  readonly service: string
  readonly port: number
  readonly cluster: string
}

/**
 * A route as its gateways have it. Worlds and gateways share the object for as long as its entry stands as it is, and
 * with it what was made of it: a push encodes the routes that it changed, and no others.
 */
export class AttachedRoute {
  readonly route: HTTPRoute
  /** `namespace/name` of each. */
  readonly gateways: ReadonlySet<string>
  /** Without hostnames a route is for all. */
  readonly hostnames: readonly string[]
  readonly backends: readonly Backend[]
  readonly #origin: RouteOrigin
  /** The last translation, and the clusters that existed for it. Those come and go seldom: one is enough. */
  #made: { readonly existing: ReadonlySet<string>; readonly translation: RouteTranslation } | undefined

  constructor({ source, created, body }: Pick<StoredEntry, 'source' | 'created' | 'body'>) {
    this.#origin = { source, created }
    this.route = JSON.parse(body) as HTTPRoute
    this.gateways = new Set(this.route.gateways.map(one => parentReference(one).gateway))
    this.hostnames = hostnamesOf(this.route)
    this.backends = backendsOf(this.route)
  }

  /** Depends on nothing but the entry and which of its clusters exist: the same on every replica. */
  translation(hasPort: HasPort): RouteTranslation {
    const made = this.#made
    const exists = ({ service, port }: Backend) => hasPort(service, port)
    if (made && this.backends.every(one => exists(one) === made.existing.has(one.cluster))) {
      return made.translation
    }
    const existing = new Set(this.backends.filter(exists).map(one => one.cluster))
    const translation = translateRoute(this.route, this.#origin, existing)
    this.#made = { existing, translation }
    return translation
  }
}

function hostnamesOf({ hostnames = [] }: HTTPRoute): readonly string[] {
  return hostnames.length > 0 ? [...new Set(hostnames)] : ['*']
}

function backendsOf({ rules }: HTTPRoute): readonly Backend[] {
  const backends = new Map<string, Backend>()
  for (const { namespace, name, port = 0 } of rules.flatMap(rule => rule.backendRefs ?? [])) {
    const cluster = clusterName(namespace, name, port)
    backends.set(cluster, { service: `${namespace}/${name}`, port, cluster })
  }
  return [...backends.values()]
}
