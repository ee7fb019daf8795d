import { formatAddress } from '../address.ts'
import { SERVER_LISTENER } from '../model/server-listener.ts'
import { type BootstrapInput, nodeOf } from './envoy-bootstrap.ts'

/** Where a program with gRPC's own xDS stands. It serves no gateway, and has nowhere to keep a token. */
type GrpcBootstrapInput = Pick<
  BootstrapInput,
  'id' | 'zone' | 'region' | 'node' | 'source' | 'network' | 'xds'
>

/**
 * What gRPC libraries read from the file that GRPC_XDS_BOOTSTRAP names (gRFC A27, A30): `xds:///namespace/service/port`
 * is called through the listener of that name, and a server is one by where it listens.
 */
export function grpcBootstrap({ xds, ...stand }: GrpcBootstrapInput): object {
  return {
    xds_servers: [
      {
        server_uri: formatAddress(xds),
        channel_creds: [{ type: 'insecure' }],
        server_features: ['xds_v3'],
      },
    ],
    node: nodeOf(stand),
    client_default_listener_resource_name_template: '%s',
    server_listener_resource_name_template: `${SERVER_LISTENER}%s`,
  }
}
