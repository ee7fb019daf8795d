import type { HttpRouteMatch as RouteMatch } from '../model/http-route.ts'

type PathMatch = NonNullable<RouteMatch['path']>
type ValueMatch = NonNullable<RouteMatch['headers']>[number]

/** A `envoy.config.route.v3.RouteMatch` as ProtoJSON. */
export interface EnvoyRouteMatch {
  readonly headers?: readonly object[]
}

/** RFC 9110, section 9.2.1; TRACE is not for proxies to repeat. */
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

export function isSafe(method: string): boolean {
  return SAFE_METHODS.includes(method)
}

/** A match narrowed to requests of a safe method. */
export function ofSafeMethod(match: EnvoyRouteMatch): EnvoyRouteMatch {
  const method = { name: ':method', stringMatch: { safeRegex: { regex: SAFE_METHODS.join('|') } } }
  return { ...match, headers: [...(match.headers ?? []), method] }
}

export function envoyRouteMatch(match: RouteMatch): EnvoyRouteMatch {
  const headers = (match.headers ?? []).map(header => ({
    name: header.name.toLowerCase(),
    stringMatch: stringMatch(header),
  }))
  if (match.method !== undefined) headers.push({ name: ':method', stringMatch: { exact: match.method } })
  const queryParameters = (match.queryParams ?? []).map(parameter => ({
    name: parameter.name,
    stringMatch: stringMatch(parameter),
  }))
  return {
    ...envoyPathMatch(match.path ?? {}),
    ...(headers.length > 0 && { headers }),
    ...(queryParameters.length > 0 && { queryParameters }),
  }
}

function envoyPathMatch(path: PathMatch): object {
  const { type, value } = pathOf(path)
  if (type === 'Exact') return { path: value }
  if (type === 'RegularExpression') return { safeRegex: { regex: value } }
  // Gateway API: a prefix matches whole path elements, and a trailing slash of it is ignored.
  const prefix = value.replace(/\/+$/, '')
  return prefix === '' ? { prefix: '/' } : { pathSeparatedPrefix: prefix }
}

/** With the Gateway API's defaults: a rule without a path matches the prefix "/". */
export function pathOf(path: PathMatch): { type: NonNullable<PathMatch['type']>; value: string } {
  return { type: path.type ?? 'PathPrefix', value: path.value ?? '/' }
}

function stringMatch({ type, value }: ValueMatch): object {
  return type === 'RegularExpression' ? { safeRegex: { regex: value } } : { exact: value }
}
