import type { HeaderModifier } from '../../model/http-header.ts'
import { type Cors, DEFAULT_MAX_AGE } from '../../model/route-filters.ts'
import { literalFormat } from './header-modifier.ts'
import { literalExpression } from './literal-expression.ts'

/**
 * The Gateway API's HTTPCORSFilter. Preflights are answered by Envoy routes of their own, for any kind of rule. To
 * responses of backends Envoy's cors filter adds headers; it passes over redirects and direct responses, which get
 * them from their route.
 */

export const CORS_FILTER = 'envoy.filters.http.cors'
const TYPES = 'type.googleapis.com/envoy.extensions.filters.http.cors.v3'
export const CORS_FILTER_CONFIG = { '@type': `${TYPES}.Cors` }

/** An answer that Envoy gives by itself, to requests with these headers only. */
export interface CorsAnswer {
  readonly fields: { readonly responseHeadersToAdd?: readonly object[] }
  readonly headers: readonly object[]
}

/** Fields of an Envoy route that forwards: headers for responses to allowed origins, Envoy's own errors included. */
export function corsFields(cors: Cors | undefined): object {
  if (cors === undefined) return {}
  const exposed = exposedHeaders(cors)
  const policy = {
    '@type': `${TYPES}.CorsPolicy`,
    allowOriginStringMatch: allowedOrigins(cors),
    ...(exposed !== '' && { exposeHeaders: exposed }),
    ...(cors.allowCredentials && { allowCredentials: true }),
  }
  return { typedPerFilterConfig: { [CORS_FILTER]: policy } }
}

/**
 * What becomes of a backend's response before the filter adds its headers: the rule says what is shared with whom, not
 * the backend ("the gateway will omit the header `Access-Control-Allow-Credentials` entirely"), and a cache must not
 * give one origin's response to another (fetch standard, CORS protocol and HTTP caches).
 */
export function corsResponseHeaders(cors: Cors | undefined): HeaderModifier | undefined {
  return cors && { remove: SHARING_HEADERS, add: [{ name: VARY.key, value: VARY.value }] }
}

const VARY = { key: 'vary', value: 'origin' }

const SHARING_HEADERS = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
]

/** What the headers of a response are that Envoy gives by itself: first to other origins or none, then to allowed ones. */
export function corsAnswers(cors: Cors): readonly CorsAnswer[] {
  const responseHeadersToAdd = [
    ...sharing(cors),
    ...headerOf('access-control-expose-headers', literalFormat(exposedHeaders(cors))),
    { header: VARY, appendAction: 'APPEND_IF_EXISTS_OR_ADD' },
  ]
  return [
    { fields: {}, headers: notAllowed(cors) },
    { fields: { responseHeadersToAdd }, headers: [] },
  ]
}

/** Answers to preflights: 403 without a word more to other origins, "an OK status" to allowed ones. */
export function preflightAnswers(cors: Cors): readonly (CorsAnswer & { readonly status: number })[] {
  const { allowMethods = [], allowHeaders = [], maxAge = DEFAULT_MAX_AGE } = cors
  const responseHeadersToAdd = [
    ...sharing(cors),
    ...headerOf('access-control-allow-methods', allowed(cors, allowMethods, 'access-control-request-method')),
    ...headerOf(
      'access-control-allow-headers',
      allowed(cors, allowHeaders, 'access-control-request-headers'),
    ),
    ...headerOf('access-control-max-age', String(maxAge)),
  ]
  const refused = { status: 403, fields: {}, headers: notAllowed(cors) }
  const answered = { status: 200, fields: { responseHeadersToAdd }, headers: [] }
  if (allowsAll(cors)) return [answered]
  return cors.allowOrigins === undefined ? [refused] : [refused, answered]
}

/** The origin is given back as it is asked with: "*" is for nobody who sends credentials. */
function sharing({ allowCredentials }: Cors): object[] {
  return [
    ...headerOf('access-control-allow-origin', '%REQ(origin)%'),
    ...headerOf('access-control-allow-credentials', allowCredentials ? 'true' : ''),
  ]
}

/** With credentials "*" is no wildcard to a browser: what it asked for is given back, or nothing where it did not ask. */
function allowed({ allowCredentials }: Cors, names: readonly string[], asked: string): string {
  if (allowCredentials && names.includes('*')) return `%REQ(${asked})%`
  return literalFormat(names.join(', '))
}

/** With credentials no header is exposed by "*", and a proxy cannot know before the response which there are. */
function exposedHeaders({ exposeHeaders = [], allowCredentials }: Cors): string {
  return exposeHeaders.filter(name => name !== '*' || !allowCredentials).join(', ')
}

/** Envoy leaves a header out whose value comes to nothing, such as that of a request header that was not sent. */
function headerOf(key: string, value: string): object[] {
  return value === '' ? [] : [{ header: { key, value }, appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' }]
}

function allowsAll({ allowOrigins = [] }: Cors): boolean {
  return allowOrigins.includes('*')
}

/** Matchers that hold together where the origin is none of the allowed ones, or where there is none. */
function notAllowed(cors: Cors): object[] {
  const name = 'origin'
  if (allowsAll(cors)) return [{ name, presentMatch: true, invertMatch: true }]
  return allowedOrigins(cors).map(stringMatch => ({
    name,
    stringMatch,
    invertMatch: true,
    treatMissingHeaderAsEmpty: true,
  }))
}

/** `envoy.type.matcher.v3.StringMatcher` of all that is allowed. */
function allowedOrigins({ allowOrigins = [] }: Cors): object[] {
  return allowOrigins.flatMap(originMatchers)
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' }
/** A host name or an IPv4 address, or an IPv6 address in its brackets: never what separates it from a port. */
const ANY_HOST = String.raw`(?:[^/:@\[\]]+|\[[^/@\[\]]+\])`

/**
 * An origin with the default port of its scheme is the same as without any; browsers leave it out. A wildcard takes any
 * number of labels, but no port.
 */
function originMatchers(origin: string): object[] {
  if (origin === '*') return [{ safeRegex: { regex: '.*' } }]
  const [, scheme = '', host = '', port] = /^(https?):\/\/([^:]+)(?::(.*))?$/.exec(origin) ?? []
  const isDefault = port === undefined || port === DEFAULT_PORTS[scheme]
  if (!host.startsWith('*')) {
    const ports = isDefault ? ['', `:${DEFAULT_PORTS[scheme]}`] : [`:${port}`]
    return ports.map(end => ({ exact: `${scheme}://${host}${end}`, ignoreCase: true }))
  }
  const hosts = host === '*' ? ANY_HOST : `[^/:@]+${literalExpression(host.slice(1))}`
  const end = isDefault ? `(?::${DEFAULT_PORTS[scheme]})?` : `:${port}`
  return [{ safeRegex: { regex: `(?i)${scheme}://${hosts}${end}` } }]
}
