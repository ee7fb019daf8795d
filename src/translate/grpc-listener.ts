import { isIP } from 'node:net'
import { type Address, parseAddress } from '../address.ts'
import { SERVER_LISTENER } from '../model/server-listener.ts'
import { FROM_ADS } from './config-source.ts'
import { everyAuthority } from './grpc-routes.ts'

/** What gRPC clients and servers are sent as an `envoy.config.listener.v3.Listener`, as ProtoJSON. */

/** The listener of a target, `xds:///` and its name (gRFC A27); its routes have its own name. */
export function apiListener(name: string): object {
  const rds = { routeConfigName: name, configSource: FROM_ADS.json }
  return { name, apiListener: { apiListener: connectionManager({ rds }) } }
}

/**
 * The listener of a gRPC server on an address and port (gRFC A36): it takes calls of all methods, and forwards none.
 * undefined for a name that says no such place.
 */
export function serverListener(name: string): object | undefined {
  const place = placeOfServer(name)
  if (place === undefined) return undefined
  const routeConfig = everyAuthority(name, [{ nonForwardingAction: {} }])
  const filter = {
    name: 'envoy.filters.network.http_connection_manager',
    typedConfig: connectionManager({ routeConfig }),
  }
  return {
    name,
    address: { socketAddress: { address: place.host, portValue: place.port } },
    defaultFilterChain: { filters: [filter] },
  }
}

function placeOfServer(name: string): Address | undefined {
  if (!name.startsWith(SERVER_LISTENER)) return undefined
  const place = parseAddress(name.slice(SERVER_LISTENER.length))
  return typeof place === 'string' || isIP(place.host) === 0 || place.port === 0 ? undefined : place
}

/** The router must be there, and last (gRFC A39). */
function connectionManager(routes: object): object {
  return {
    '@type':
      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    ...routes,
    httpFilters: [
      {
        name: 'envoy.filters.http.router',
        typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  }
}
