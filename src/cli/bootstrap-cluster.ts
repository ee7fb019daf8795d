import { isIP } from 'node:net'
import type { Address } from '../address.ts'

/**
 * The static cluster in which Vicinity is; `protocol`: an `HttpProtocolOptions`; `named`: what becomes of a name with several
 * addresses.
 */
export function controlPlaneCluster(
  name: string,
  address: Address,
  protocol: object,
  named: 'STRICT_DNS' | 'LOGICAL_DNS' = 'STRICT_DNS',
): object {
  return {
    name,
    // A name is resolved again and again, so that a control plane may move. Envoy would take the IPv6 address only
    // where there is one, and localhost has one on which nobody listens.
    ...(isIP(address.host) === 0 ? { type: named, dns_lookup_family: 'V4_PREFERRED' } : { type: 'STATIC' }),
    connect_timeout: '1s',
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        ...protocol,
      },
    },
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(address) } }] }],
    },
  }
}

export function socketAddress({ host, port }: Address): object {
  return { socket_address: { address: host, port_value: port } }
}
