import type { z } from 'zod'
import { DEFAULT_LISTENER_ADDRESS } from './listener-address.ts'
import { canonicalAddress } from './names.ts'
import { byName } from './order.ts'
import type {
  BackendRef,
  Gateway,
  gateway,
  HTTPRoute,
  httpRoute,
  Listener,
  RouteMatch,
  RouteRule,
} from './routes.ts'

/**
 * The one form of each item of the routes, as `normal-topology.ts` has it. Rules and what stands in them keep their
 * order: the Gateway API gives it a meaning. Matches of headers and parameters have none among each other.
 */

export function normalGateway(parsed: z.output<typeof gateway>): Gateway {
  const { namespace = 'default', name, services, listeners } = parsed
  return {
    namespace,
    name,
    ...(services === 'all' && { services }),
    listeners: listeners.map(normalListener).sort(byName),
  }
}

function normalListener({ name, address, port, protocol }: Listener): Listener {
  const canonical = address && canonicalAddress(address)
  return {
    name,
    ...(canonical && canonical !== DEFAULT_LISTENER_ADDRESS && { address: canonical }),
    port,
    protocol,
  }
}

export function normalHttpRoute(parsed: z.output<typeof httpRoute>): HTTPRoute {
  const { namespace = 'default', name, kind, gateways, hostnames = [], rules } = parsed
  return {
    namespace,
    name,
    kind,
    gateways: sortedSet(gateways.map(shortGatewayName)),
    ...(hostnames.length > 0 && { hostnames: sortedSet(hostnames) }),
    rules: rules.map(rule => normalRule(rule, namespace)),
  }
}

/** `edge` is `default/edge`. */
function shortGatewayName(reference: string): string {
  return reference.startsWith('default/') ? reference.slice('default/'.length) : reference
}

function normalRule(rule: ParsedRule, namespace: string): RouteRule {
  const { name, matches = [], filters = [], backendRefs = [], timeouts } = rule
  const normalMatches = matches.map(normalMatch)
  const matchesAll = normalMatches.length === 1 && Object.keys(normalMatches[0] ?? {}).length === 0
  return {
    ...(name && { name }),
    ...(normalMatches.length > 0 && !matchesAll && { matches: normalMatches }),
    ...(filters.length > 0 && { filters: filters.map(normalFilter) }),
    ...(backendRefs.length > 0 && { backendRefs: backendRefs.map(ref => normalBackendRef(ref, namespace)) }),
    ...(timeouts && Object.keys(timeouts).length > 0 && { timeouts }),
  }
}

function normalMatch({ path, headers = [], queryParams = [], method }: RouteMatch): RouteMatch {
  const normal = path && normalPath(path)
  return {
    ...(normal && { path: normal }),
    ...(headers.length > 0 && {
      headers: headers.map(one => normalValue(one, one.name.toLowerCase())).sort(byName),
    }),
    ...(queryParams.length > 0 && {
      queryParams: queryParams.map(one => normalValue(one, one.name)).sort(byName),
    }),
    ...(method && { method }),
  }
}

/** Without a path a match is for the prefix "/". */
function normalPath({ type, value = '/' }: NonNullable<RouteMatch['path']>): RouteMatch['path'] {
  if (type !== undefined && type !== 'PathPrefix') return { type, value }
  return value === '/' ? undefined : { value }
}

type ValueMatch = NonNullable<RouteMatch['headers']>[number]

function normalValue({ type, value }: ValueMatch, name: string): ValueMatch {
  return { name, ...(type === 'RegularExpression' && { type }), value }
}

type Filter = NonNullable<RouteRule['filters']>[number]
type ParsedRule = z.output<typeof httpRoute>['rules'][number]
type ParsedBackendRef = NonNullable<ParsedRule['backendRefs']>[number]

function normalFilter({ type, requestHeaderModifier: { set = [], add = [], remove = [] } }: Filter): Filter {
  return {
    type,
    requestHeaderModifier: {
      ...(set.length > 0 && { set }),
      ...(add.length > 0 && { add }),
      ...(remove.length > 0 && { remove }),
    },
  }
}

/** Gateway API, BackendObjectReference: without a namespace it is the route's own. */
function normalBackendRef(ref: ParsedBackendRef, local: string): BackendRef {
  const { namespace = local, name, port, weight = 1 } = ref
  return { namespace, name, port, ...(weight !== 1 && { weight }) }
}

function sortedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort()
}
