import type { RequestRedirect } from '../../model/route-filters.ts'
import { redirectedPath } from './path-rewrite.ts'

/** One of the Envoy routes that a redirect comes to. */
export interface Redirect {
  /** A `envoy.config.route.v3.RedirectAction`. */
  readonly action: object
  readonly headers?: readonly object[]
}

const RESPONSE_CODES = {
  301: 'MOVED_PERMANENTLY',
  302: 'FOUND',
  303: 'SEE_OTHER',
  307: 'TEMPORARY_REDIRECT',
  308: 'PERMANENT_REDIRECT',
} as const

const WELL_KNOWN_PORTS = { http: 80, https: 443 } as const

/** Whether where it leads depends on the listener's port. */
export function takesListenerPort({ scheme, port }: RequestRedirect): boolean {
  return scheme === undefined && port === undefined
}

/**
 * Port as HTTPRequestRedirectFilter.port says: without one it is that which goes with the scheme, without a scheme the
 * listener's; the well-known port of a scheme is not written out.
 *
 * By itself Envoy keeps the port of the Host header that it was asked with, and can drop that only for another. So a
 * request whose Host has a port gets the right one written out (`http://example.com:80/`, which means the same), where
 * the redirect has no hostname of its own.
 */
export function redirects(
  redirect: RequestRedirect,
  prefix: string,
  listenerPort: number,
): readonly Redirect[] {
  const { scheme, hostname, path, statusCode = 302 } = redirect
  const wellKnown = WELL_KNOWN_PORTS[scheme ?? 'http']
  const port = redirect.port ?? (scheme === undefined ? listenerPort : wellKnown)
  const action = {
    ...(scheme && { schemeRedirect: scheme }),
    ...(hostname && { hostRedirect: hostname }),
    ...redirectedPath(path, prefix),
    responseCode: RESPONSE_CODES[statusCode],
  }
  const withPort = { ...action, portRedirect: port }
  if (port !== wellKnown) return [{ action: withPort }]
  return hostname === undefined ? [{ action: withPort, headers: [HOST_WITH_PORT] }, { action }] : [{ action }]
}

/** Or an IPv6 address, which is no harm. */
const HOST_WITH_PORT = { name: ':authority', stringMatch: { contains: ':' } }
