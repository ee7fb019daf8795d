import { messageField } from '../proto/length-delimited.ts'
import { encode, encodeMessage } from '../proto/message.ts'
import { ANY_HOSTNAME, bySpecificity, covers, intersection } from './hostname-intersection.ts'
import { retryPolicy } from './routes/retry-policy.ts'
import { byPrecedence } from './routes/route-precedence.ts'
import type { TranslatedMatch } from './routes/route-translation.ts'
import type { Resolve, SourceRoute } from './source-route.ts'

/** Listeners on one address and port with the routes that are attached to each. */
export interface RoutedGroup {
  readonly port: number
  readonly listeners: readonly RoutedListener[]
}

interface RoutedListener {
  readonly hostname: string
  readonly routes: readonly SourceRoute[]
}

/** The virtual hosts of one route configuration. */
export interface VirtualHosts {
  /** The `envoy.config.route.v3.VirtualHost` messages as they stand in a route configuration. */
  readonly encoded: readonly Uint8Array[]
  /** Names of the clusters that they send requests to, sorted. */
  readonly clusters: readonly string[]
}

/** Field number of `envoy.config.route.v3.RouteConfiguration.virtual_hosts`. */
const VIRTUAL_HOSTS = 2
/** Field number of `envoy.config.route.v3.VirtualHost.retry_policy`. */
const RETRY_POLICY = 16

/**
 * A virtual host for each hostname that a listener and its routes have in common, in it the matches of every route with
 * that hostname by precedence. Envoy takes the most specific virtual host as the Gateway API asks: the exact name, then
 * the longest wildcard, then all.
 *
 * A request is for the most specific of the group's listeners alone ("Listener Isolation", GatewaySpec.listeners). So a
 * listener has no virtual host for what a more specific one covers, and each has one for the whole of its hostname, if
 * only an empty one that answers 404: else Envoy would go on to those of less specific listeners.
 */
export function virtualHosts({ port, listeners }: RoutedGroup, resolve: Resolve): VirtualHosts {
  const clusters = new Set<string>()
  const own = new Map<string, TranslatedMatch[]>()
  // By domain and then by the routes' hostname, where that is wider: their listener's is narrower.
  const wider = new Map<string, Map<string, TranslatedMatch[]>>()
  const hostnames = listeners.map(one => one.hostname).sort(bySpecificity)
  const isOwn = (domain: string, { hostname }: RoutedListener) =>
    hostnames.length === 1 || hostnames.find(one => covers(one, domain)) === hostname
  for (const listener of listeners) {
    if (hostnames.length > 1 && listener.hostname !== ANY_HOSTNAME) entryOf(own, listener.hostname, newList)
    for (const route of listener.routes) {
      const { matches, clusters: named } = route.translation(port, resolve)
      for (const hostname of route.hostnames) {
        const domain = intersection(listener.hostname, hostname)
        if (domain === undefined || !isOwn(domain, listener)) continue
        const members = domain === hostname ? own : entryOf(wider, domain, newMap)
        entryOf(members, hostname, newList).push(...matches)
        for (const cluster of named) clusters.add(cluster)
      }
    }
  }
  // Sorted by hostname, so that the order in which routes came changes no byte.
  const domains = [...own.keys(), ...[...wider.keys()].filter(domain => !own.has(domain))].sort()
  return {
    encoded: domains.map(domain => virtualHost(domain, own.get(domain) ?? [], wider.get(domain))),
    clusters: [...clusters].sort(),
  }
}

/** Whether two groups have equal virtual hosts because their listeners have the same hostnames and routes. */
export function sameRoutes(a: RoutedGroup, b: RoutedGroup): boolean {
  return (
    a.listeners.length === b.listeners.length &&
    a.listeners.every(({ hostname, routes }, index) => {
      const other = b.listeners[index] as RoutedListener
      return (
        hostname === other.hostname &&
        routes.length === other.routes.length &&
        routes.every((one, at) => one === other.routes[at] && (a.port === b.port || !one.dependsOnPort))
      )
    })
  )
}

/** An encoded `envoy.config.route.v3.RouteConfiguration`. */
export function routeConfiguration(name: string, hosts: VirtualHosts): Uint8Array {
  const head = encode('envoy.config.route.v3.RouteConfiguration', { name, ignorePortInHostMatching: true })
  return Buffer.concat([head, ...hosts.encoded])
}

function entryOf<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

const NO_MATCHES: ReadonlyMap<string, TranslatedMatch[]> = new Map()
const newList = (): TranslatedMatch[] => []
const newMap = () => new Map<string, TranslatedMatch[]>()

/** The same in every virtual host, and most of what encoding one with few routes would cost. */
const DEFAULT_RETRY = messageField(RETRY_POLICY, [
  encode('envoy.config.route.v3.RetryPolicy', retryPolicy({ of: 'unseen' })),
])

/**
 * A listener's hostname may be narrower than those of its routes. Then the more specific of those comes first, as it does
 * without the listener's (HTTPRouteSpec.hostnames: "precedence using the original hostnames configured on the Route").
 */
function virtualHost(
  domain: string,
  own: TranslatedMatch[],
  wider: ReadonlyMap<string, TranslatedMatch[]> = NO_MATCHES,
): Uint8Array {
  const head = encodeMessage('envoy.config.route.v3.VirtualHost', { name: domain, domains: [domain] })
  const matches = own.sort((a, b) => byPrecedence(a.rank, b.rank))
  for (const [, others] of [...wider].sort(([a], [b]) => bySpecificity(a, b))) {
    for (const one of others.sort((a, b) => byPrecedence(a.rank, b.rank))) matches.push(one)
  }
  return messageField(VIRTUAL_HOSTS, [head, DEFAULT_RETRY, ...matches.map(one => one.encoded)])
}
