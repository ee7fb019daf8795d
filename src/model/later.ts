/**
 * Settings that Vicinity's contract or the Gateway API has and that are not built yet, by the shape that they belong
 * to. A push that asks for one is refused by name: whoever wrote it spelled it right.
 */
const LATER: Readonly<Record<string, readonly string[]>> = {
  gateway: ['tls'],
  'gateway.listeners': ['tls'],
  'route.rules': ['sessionPersistence'],
}

export const LATER_PROTOCOLS: readonly unknown[] = ['HTTPS', 'TLS', 'TCP', 'UDP']
export const LATER_ROUTE_KINDS: readonly unknown[] = ['TCPRoute', 'TLSRoute', 'UDPRoute']
export const LATER_FILTERS: readonly unknown[] = ['ExternalAuth', 'ExtensionRef']
/** To an endpoint that wants TLS Envoy would speak plain text. */
const LATER_APP_PROTOCOLS: readonly string[] = ['https', 'tls', 'kubernetes.io/wss']

function isLaterField(shape: string, field: string): boolean {
  return LATER[shape]?.includes(field) === true
}

export function unknownField(shape: string, field: string): string {
  return isLaterField(shape, field) ? `is not supported yet: ${field}` : 'is not a known field'
}

/** Whether endpoints that speak it cannot be reached: they want TLS. */
export function isLaterAppProtocol(appProtocol: string | undefined): boolean {
  return appProtocol !== undefined && LATER_APP_PROTOCOLS.includes(appProtocol)
}

/** The one value that there is, or why another is refused. */
export function onlyValue(supported: string, later: readonly unknown[]) {
  return ({ input }: { input?: unknown }): string =>
    later.includes(input)
      ? `is not supported yet: ${JSON.stringify(input)}; "${supported}" is`
      : `must be "${supported}"`
}

/** Why an item whose `field` is none of a union's is refused; undefined leaves other problems their own words. */
export function oneOf(field: string, later: readonly unknown[]) {
  return ({ code, input, options }: { code?: string; input?: unknown; options?: unknown }) => {
    if (code !== 'invalid_union') return undefined
    const value = Object(input)[field]
    const supported = Array.isArray(options) ? options : []
    return later.includes(value)
      ? `is not supported yet: ${JSON.stringify(value)}; supported are ${listed(supported, 'and')}`
      : `must be ${listed(supported, 'or')}`
  }
}

/** `"A", "B" and "C"`. */
function listed(values: readonly unknown[], conjunction: 'and' | 'or'): string {
  const texts = values.map(value => JSON.stringify(value))
  const last = texts.pop() ?? ''
  return texts.length === 0 ? last : `${texts.join(', ')} ${conjunction} ${last}`
}
