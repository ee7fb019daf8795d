/**
 * Settings that Vicinity's contract has and that are not built yet, by the shape that they belong to. A push that asks
 * for one is refused by name: whoever wrote it spelled it right.
 */
const LATER: Readonly<Record<string, readonly string[]>> = {
  topology: ['defaults'],
  service: ['topologyMode', 'loadBalancer', 'healthCheck', 'circuitBreaker', 'locality', 'scope'],
  gateway: ['tls'],
  'gateway.listeners': ['hostname', 'tls', 'allowedRoutes'],
  'route.rules': ['retry', 'sessionPersistence'],
  'route.rules.backendRefs': ['filters'],
}

export const LATER_PROTOCOLS: readonly unknown[] = ['HTTPS', 'TLS', 'TCP', 'UDP']
export const LATER_ROUTE_KINDS: readonly unknown[] = ['GRPCRoute', 'TCPRoute', 'TLSRoute', 'UDPRoute']
export const LATER_FILTERS: readonly unknown[] = [
  'ResponseHeaderModifier',
  'RequestMirror',
  'RequestRedirect',
  'URLRewrite',
  'CORS',
  'ExternalAuth',
  'ExtensionRef',
]
/** To an endpoint that wants TLS Envoy would speak plain text. */
export const LATER_APP_PROTOCOLS: readonly unknown[] = ['https', 'tls', 'kubernetes.io/wss']

export function unknownField(shape: string, field: string): string {
  return LATER[shape]?.includes(field) ? `is not supported yet: ${field}` : 'is not a known field'
}

/** The one value that there is, or why another is refused. */
export function onlyValue(supported: string, later: readonly unknown[]) {
  return ({ input }: { input?: unknown }): string =>
    later.includes(input)
      ? `is not supported yet: ${JSON.stringify(input)}; "${supported}" is`
      : `must be "${supported}"`
}
