import { compare } from '../model/order.ts'
import { messageField } from '../proto/length-delimited.ts'
import { encode, encodeMessage } from '../proto/message.ts'
import type { AttachedRoute, HasPort } from './attached-route.ts'
import { retryPolicy } from './retry-policy.ts'
import { byPrecedence } from './route-precedence.ts'
import type { TranslatedMatch } from './route-translation.ts'

/** The virtual hosts of a gateway: all its listeners have the same. */
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
 * A virtual host for each hostname, in it the matches of every route with that hostname by precedence. Envoy takes the
 * most specific virtual host as the Gateway API asks: the exact name, then the longest wildcard, then all.
 */
export function virtualHosts(routes: readonly AttachedRoute[], hasPort: HasPort): VirtualHosts {
  const clusters = new Set<string>()
  const byHostname = new Map<string, TranslatedMatch[]>()
  for (const attached of routes) {
    const translation = attached.translation(hasPort)
    for (const cluster of translation.clusters) clusters.add(cluster)
    for (const hostname of attached.hostnames) {
      const members = byHostname.get(hostname)
      if (members === undefined) byHostname.set(hostname, [...translation.matches])
      else members.push(...translation.matches)
    }
  }
  // Sorted by hostname, so that the order in which routes came changes no byte.
  const sorted = [...byHostname].sort(([a], [b]) => compare(a, b))
  return {
    encoded: sorted.map(([hostname, members]) => virtualHost(hostname, members)),
    clusters: [...clusters].sort(),
  }
}

/** An encoded `envoy.config.route.v3.RouteConfiguration`. */
export function routeConfiguration(name: string, hosts: VirtualHosts): Uint8Array {
  const head = encode('envoy.config.route.v3.RouteConfiguration', { name, ignorePortInHostMatching: true })
  return Buffer.concat([head, ...hosts.encoded])
}

/** The same in every virtual host, and most of what encoding one with few routes would cost. */
const DEFAULT_RETRY = messageField(RETRY_POLICY, [
  encode('envoy.config.route.v3.RetryPolicy', retryPolicy({ of: 'unseen' })),
])

function virtualHost(hostname: string, members: TranslatedMatch[]): Uint8Array {
  const head = encodeMessage('envoy.config.route.v3.VirtualHost', { name: hostname, domains: [hostname] })
  members.sort((a, b) => byPrecedence(a.rank, b.rank))
  return messageField(VIRTUAL_HOSTS, [head, DEFAULT_RETRY, ...members.map(one => one.encoded)])
}
