import type { LoadBalancer } from '../../model/load-balancer.ts'
import { envoyDuration } from '../envoy-duration.ts'

/**
 * What of a request decides which endpoint of a service gets it: an `envoy.config.route.v3.RouteAction.HashPolicy`.
 * Envoy has it in routes, so that it comes to each route that sends requests to the service. undefined for a service
 * that balances in another way. Copies of requests (mirrors) are not hashed: they go to any endpoint.
 */
export type HashPolicy = object | undefined

export function hashPolicy({ consistentHash }: LoadBalancer = {}): HashPolicy {
  if (consistentHash === undefined) return undefined
  const { type, header, cookie } = consistentHash
  switch (type) {
    case 'SourceIP':
      return { connectionProperties: { sourceIp: true } }
    case 'Header':
      return { header: { headerName: header?.name } }
    case 'Cookie':
      return {
        cookie: {
          name: cookie?.name,
          ...(cookie?.ttl && { ttl: envoyDuration(cookie.ttl) }),
          ...(cookie?.attributes && {
            attributes: Object.entries(cookie.attributes).map(([name, value]) => ({ name, value })),
          }),
        },
      }
  }
}

export function isSameHash(a: HashPolicy, b: HashPolicy): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

/** The fields of a RouteAction. */
export function hashFields(policy: HashPolicy): object {
  return policy === undefined ? {} : { hashPolicy: [policy] }
}
