import { isIP } from 'node:net'
import type { LoadBalancer } from '../model/load-balancer.ts'
import { hashFields } from './routes/hash-policy.ts'

/**
 * What gRPC clients and servers are sent as an `envoy.config.listener.v3.Listener`, as ProtoJSON. Its routes stand in it:
 * there is nothing else that they could be shared with.
 */

/**
 * The listener of a target, `xds:///` and its name (gRFC A27): all calls go to its cluster. Without one there is no
 * virtual host, and calls fail at once (UNAVAILABLE).
 */
export function apiListener(name: string, cluster: string | undefined, balancer?: LoadBalancer): object {
  const action = { cluster, ...hashFields(grpcHashPolicy(balancer)) }
  // The client knows itself by the name of its target, or by any authority that it was given.
  const hosts = cluster === undefined ? [] : [virtualHost(name, { route: action })]
  return { name, apiListener: { apiListener: connectionManager(name, hosts) } }
}

/**
 * The listener of a gRPC server on an address and port (gRFC A36): it takes calls of all methods, and forwards none.
 * undefined for a name that says no such place.
 */
export function serverListener(name: string): object | undefined {
  const place = parseServerListenerName(name)
  if (place === undefined) return undefined
  const hosts = [virtualHost(name, { nonForwardingAction: {} })]
  return {
    name,
    address: { socketAddress: { address: place.address, portValue: place.port } },
    defaultFilterChain: {
      filters: [
        {
          name: 'envoy.filters.network.http_connection_manager',
          typedConfig: connectionManager(name, hosts),
        },
      ],
    },
  }
}

/** Of the names that gRPC's documents give for a server's listener; what follows is where it listens. */
export const SERVER_LISTENER = 'grpc/server?xds.resource.listening_address='

function parseServerListenerName(name: string): { address: string; port: number } | undefined {
  if (!name.startsWith(SERVER_LISTENER)) return undefined
  const match = /^(?:\[([^\]]+)\]|([^:]+)):([1-9][0-9]{0,4})$/.exec(name.slice(SERVER_LISTENER.length))
  const address = match?.[1] ?? match?.[2] ?? ''
  const port = Number(match?.[3])
  return isIP(address) !== 0 && port <= 65_535 ? { address, port } : undefined
}

/**
 * gRPC hashes headers and channels (gRFC A42). A channel belongs to one client, as an address does; cookies it does not
 * know.
 */
export function grpcHashPolicy({ consistentHash }: LoadBalancer = {}): object | undefined {
  switch (consistentHash?.type) {
    case 'Header':
      return { header: { headerName: consistentHash.header?.name } }
    case 'SourceIP':
      return { filterState: { key: 'io.grpc.channel_id' } }
    default:
      return undefined
  }
}

function virtualHost(name: string, action: object): object {
  return { name, domains: ['*'], routes: [{ match: { prefix: '/' }, ...action }] }
}

/** The router must be there, and last (gRFC A39). */
function connectionManager(name: string, virtualHosts: readonly object[]): object {
  return {
    '@type':
      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    routeConfig: { name, virtualHosts },
    httpFilters: [
      {
        name: 'envoy.filters.http.router',
        typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  }
}
