import type { LoadBalancer } from '../model/load-balancer.ts'
import { hashFields } from './routes/hash-policy.ts'

/** The routes of a target, as ProtoJSON: all calls go to the cluster. */
export function grpcRoutes(name: string, cluster: string, balancer?: LoadBalancer): object {
  return everyAuthority(name, [{ route: { cluster, ...hashFields(grpcHashPolicy(balancer)) } }])
}

/**
 * Those of a target that leads nowhere: calls fail at once (UNAVAILABLE). A client from whom its routes are withheld, or
 * its listener, waits for 15 s and then fails them; grpc-js waits on, and overlooks a listener or a cluster that was taken
 * away and comes back as it was. So what a target has is never taken away, its routes say that there is nothing.
 */
export function noRoutes(name: string): object {
  return everyAuthority(name, [])
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

/**
 * An `envoy.config.route.v3.RouteConfiguration` of routes for all calls, whatever authority the client goes by. There must
 * be a virtual host, or calls of grpc-js wait.
 */
export function everyAuthority(name: string, actions: readonly object[]): object {
  const routes = actions.map(action => ({ match: { prefix: '/' }, ...action }))
  return { name, virtualHosts: [{ name, domains: ['*'], routes }] }
}
