import type { HttpRouteMatch } from '../../model/http-route.ts'
import { messageField } from '../../proto/length-delimited.ts'
import { encode } from '../../proto/message.ts'

type PathMatch = NonNullable<HttpRouteMatch['path']>
type ValueMatch = NonNullable<HttpRouteMatch['headers']>[number]

/** A `envoy.config.route.v3.RouteMatch` as ProtoJSON. */
export interface EnvoyRouteMatch {
  readonly headers?: readonly object[]
  readonly [field: string]: unknown
}

/** Field numbers of a match that is a text: nearly all are one, and nothing else. */
const TEXTS: Readonly<Record<string, number>> = { prefix: 1, path: 2, pathSeparatedPrefix: 14 }

export function encodedMatch(match: EnvoyRouteMatch): Uint8Array {
  const [[field, value] = ['', ''], ...others] = Object.entries(match)
  const number = TEXTS[field]
  if (others.length > 0 || number === undefined || typeof value !== 'string') {
    return encode('envoy.config.route.v3.RouteMatch', match)
  }
  return messageField(number, [Buffer.from(value)])
}

/** What one match of a rule takes; an Envoy route of it is often for some of these requests only. */
export interface TakenRequests {
  /** Without the method. */
  readonly match: EnvoyRouteMatch
  /** The only method, where a match names one. */
  readonly method?: string | undefined
}

export function httpRequests({
  path = {},
  headers = [],
  queryParams = [],
  method,
}: HttpRouteMatch): TakenRequests {
  const queryParameters = queryParams.map(parameter => ({
    name: parameter.name,
    stringMatch: stringMatch(parameter),
  }))
  const match = {
    ...envoyPathMatch(path),
    ...headersField(headers),
    ...(queryParameters.length > 0 && { queryParameters }),
  }
  return { match, method }
}

function envoyPathMatch(path: PathMatch): object {
  const { type, value } = pathOf(path)
  if (type === 'Exact') return { path: value }
  if (type === 'RegularExpression') return { safeRegex: { regex: value } }
  const prefix = withoutTrailingSlash(value)
  return prefix === '' ? { prefix: '/' } : { pathSeparatedPrefix: prefix }
}

/** With the Gateway API's defaults: a rule without a path matches the prefix "/". */
export function pathOf({ type = 'PathPrefix', value = '/' }: PathMatch): {
  type: NonNullable<PathMatch['type']>
  value: string
} {
  return { type, value: type === 'RegularExpression' ? value : withUnreservedDecoded(value) }
}

/**
 * RFC 3986, section 6.2.2.2: "/%7Ea" and "/~a" are one path. Envoy writes that of a request the second way before it
 * matches (`normalize_path`); the first would never match.
 */
function withUnreservedDecoded(path: string): string {
  return path.replace(/%[0-9A-Fa-f]{2}/g, encoded => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16))
    return /[A-Za-z0-9._~-]/.test(character) ? character : encoded
  })
}

/** Gateway API: a prefix matches whole path elements, and a trailing slash of it is ignored. */
export function withoutTrailingSlash(prefix: string): string {
  return prefix.replace(/\/+$/, '')
}

export function headersField(headers: readonly ValueMatch[]): Pick<EnvoyRouteMatch, 'headers'> {
  if (headers.length === 0) return {}
  return {
    headers: headers.map(header => ({ name: header.name.toLowerCase(), stringMatch: stringMatch(header) })),
  }
}

function stringMatch({ type, value }: ValueMatch): object {
  return type === 'RegularExpression' ? { safeRegex: { regex: value } } : { exact: value }
}
