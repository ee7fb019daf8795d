import type { z } from 'zod'
import type { GRPCRoute, GrpcMethodMatch, GrpcRouteMatch, GrpcRouteRule, grpcRoute } from './grpc-route.ts'
import type { HTTPRoute, HttpRouteMatch, HttpRouteRule, httpRoute } from './http-route.ts'
import { normalGrpcFilter, normalHttpFilter } from './normal-filters.ts'
import { byName } from './order.ts'
import {
  type BackendObject,
  backendIdentity,
  type GatewayReference,
  parentReference,
} from './route-references.ts'

/**
 * The one form of each route, as `normal-topology.ts` has it. Rules and what stands in them keep their order: the
 * Gateway API gives it a meaning. Matches of headers and parameters have none among each other.
 */

export type Route = HTTPRoute | GRPCRoute

export function normalHttpRoute(parsed: z.output<typeof httpRoute>): HTTPRoute {
  const fields = normalFields(parsed)
  return {
    ...fields,
    kind: parsed.kind,
    ...rest(parsed),
    rules: (parsed.rules ?? []).map(rule => normalHttpRule(rule, fields.namespace)),
  }
}

export function normalGrpcRoute(parsed: z.output<typeof grpcRoute>): GRPCRoute {
  const fields = normalFields(parsed)
  return {
    ...fields,
    kind: parsed.kind,
    ...rest(parsed),
    rules: (parsed.rules ?? []).map(rule => normalGrpcRule(rule, fields.namespace)),
  }
}

type ParsedRoute = z.output<typeof httpRoute> | z.output<typeof grpcRoute>

function normalFields({ namespace = 'default', name }: ParsedRoute) {
  return { namespace, name }
}

function rest({ gateways, hostnames = [], requireReferenceGrants, refused }: ParsedRoute) {
  return {
    gateways: normalGateways(gateways),
    ...(hostnames.length > 0 && { hostnames: sortedSet(hostnames) }),
    ...(requireReferenceGrants && { requireReferenceGrants }),
    ...(refused && { refused }),
  }
}

function normalGateways(references: readonly GatewayReference[]): GatewayReference[] {
  const texts = references.map(reference => JSON.stringify(normalGateway(reference)))
  return sortedSet(texts).map(text => JSON.parse(text) as GatewayReference)
}

/** The short way of writing it: `edge` for the namespace default, an object only where it names a listener or a port. */
function normalGateway(reference: GatewayReference): GatewayReference {
  const { gateway, sectionName, port } = parentReference(reference)
  const [namespace = '', name = ''] = gateway.split('/')
  if (sectionName === undefined && port === undefined) return namespace === 'default' ? name : gateway
  return {
    ...(namespace !== 'default' && { namespace }),
    name,
    ...(sectionName !== undefined && { sectionName }),
    ...(port !== undefined && { port }),
  }
}

type ParsedHttpRule = NonNullable<z.output<typeof httpRoute>['rules']>[number]
type ParsedGrpcRule = NonNullable<z.output<typeof grpcRoute>['rules']>[number]

function normalHttpRule(rule: ParsedHttpRule, local: string): HttpRouteRule {
  const { name, matches = [], filters = [], backendRefs = [], timeouts, retry } = rule
  return {
    ...(name && { name }),
    ...matchesField(matches.map(normalHttpMatch)),
    ...(filters.length > 0 && { filters: filters.map(filter => normalHttpFilter(filter, local)) }),
    ...(backendRefs.length > 0 && {
      backendRefs: backendRefs.map(ref => normalBackend(ref, local, normalHttpFilter)),
    }),
    ...(timeouts && Object.keys(timeouts).length > 0 && { timeouts }),
    ...(retry && { retry: normalRetry(retry) }),
  }
}

function normalGrpcRule(
  { name, matches = [], filters = [], backendRefs = [] }: ParsedGrpcRule,
  local: string,
): GrpcRouteRule {
  return {
    ...(name && { name }),
    ...matchesField(matches.map(normalGrpcMatch)),
    ...(filters.length > 0 && { filters: filters.map(filter => normalGrpcFilter(filter, local)) }),
    ...(backendRefs.length > 0 && {
      backendRefs: backendRefs.map(ref => normalBackend(ref, local, normalGrpcFilter)),
    }),
  }
}

/** One match of everything is as good as none. */
function matchesField<Match extends object>(matches: Match[]): { matches?: Match[] } {
  const matchesAll = matches.length === 1 && Object.keys(matches[0] ?? {}).length === 0
  return matches.length > 0 && !matchesAll ? { matches } : {}
}

function normalHttpMatch({ path, headers = [], queryParams = [], method }: HttpRouteMatch): HttpRouteMatch {
  const normal = path && normalPath(path)
  return {
    ...(normal && { path: normal }),
    ...headersField(headers),
    ...(queryParams.length > 0 && {
      queryParams: queryParams.map(one => normalValue(one, one.name)).sort(byName),
    }),
    ...(method && { method }),
  }
}

function normalGrpcMatch({ method, headers = [] }: GrpcRouteMatch): GrpcRouteMatch {
  return { ...(method && { method: normalMethod(method) }), ...headersField(headers) }
}

function headersField(headers: readonly ValueMatch[]): { headers?: ValueMatch[] } {
  if (headers.length === 0) return {}
  return { headers: headers.map(one => normalValue(one, one.name.toLowerCase())).sort(byName) }
}

/** Without a path a match is for the prefix "/". */
function normalPath({ type, value = '/' }: NonNullable<HttpRouteMatch['path']>): HttpRouteMatch['path'] {
  if (type !== undefined && type !== 'PathPrefix') return { type, value }
  return value === '/' ? undefined : { value }
}

function normalMethod({ type, service, method }: GrpcMethodMatch): GrpcMethodMatch {
  return {
    ...(type === 'RegularExpression' && { type }),
    ...(service !== undefined && { service }),
    ...(method !== undefined && { method }),
  }
}

type ValueMatch = NonNullable<HttpRouteMatch['headers']>[number]

function normalValue({ type, value }: ValueMatch, name: string): ValueMatch {
  return { name, ...(type === 'RegularExpression' && { type }), value }
}

/** Statuses have no order among each other; without a number it is one attempt. */
function normalRetry({ codes = [], attempts, backoff }: NonNullable<ParsedHttpRule['retry']>) {
  return {
    ...(codes.length > 0 && { codes: [...new Set(codes)].sort((a, b) => a - b) }),
    ...(attempts !== undefined && attempts !== 1 && { attempts }),
    ...(backoff !== undefined && { backoff }),
  }
}

/** A backend of either kind of route: they differ in the filters that it may have. */
function normalBackend<Filter>(
  ref: BackendObject & { weight?: number | undefined; filters?: Filter[] | undefined },
  local: string,
  normalFilter: (filter: Filter, local: string) => Filter,
) {
  const { weight = 1, filters = [] } = ref
  return {
    ...backendIdentity(ref, local),
    ...(weight !== 1 && { weight }),
    ...(filters.length > 0 && { filters: filters.map(filter => normalFilter(filter, local)) }),
  }
}

function sortedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort()
}
