import type { Listener } from '../model/gateway.ts'
import { listenerAddress } from '../model/listener-address.ts'
import type { ConfigSource } from './config-source.ts'
import { CORS_FILTER, CORS_FILTER_CONFIG } from './routes/cors-policy.ts'

/**
 * The `envoy.config.listener.v3.Listener` of an HTTP listener as ProtoJSON; its routes have its own name.
 * Paths are normalized before they are matched, so that `//` and `/../` cannot step around a route.
 */
export function httpListener(name: string, listener: Listener, routesFrom: ConfigSource): object {
  const address = { socketAddress: { address: listenerAddress(listener), portValue: listener.port } }
  const filter = {
    name: 'envoy.filters.network.http_connection_manager',
    typedConfig: connectionManager(name, routesFrom),
  }
  return { name, address, filterChains: [{ filters: [filter] }] }
}

function connectionManager(name: string, routesFrom: ConfigSource): object {
  return {
    '@type':
      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    statPrefix: name,
    rds: { routeConfigName: name, configSource: routesFrom.json },
    useRemoteAddress: true,
    normalizePath: true,
    mergeSlashes: true,
    pathWithEscapedSlashesAction: 'UNESCAPE_AND_REDIRECT',
    upgradeConfigs: [{ upgradeType: 'websocket' }],
    // Without a policy in the route the cors filter does nothing.
    httpFilters: [
      { name: CORS_FILTER, typedConfig: CORS_FILTER_CONFIG },
      {
        name: 'envoy.filters.http.router',
        typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  }
}
