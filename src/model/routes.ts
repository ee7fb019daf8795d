import { z } from 'zod'
import {
  checkFilters,
  checkHeaderNames,
  checkPath,
  checkQueryNames,
  checkRemovedHeaders,
  checkRules,
  checkTimeouts,
  checkValueMatch,
} from './http-route-checks.ts'
import { LATER_FILTERS, LATER_PROTOCOLS, LATER_ROUTE_KINDS, onlyValue } from './later.ts'
import { checkListeners } from './listener-checks.ts'
import { duration, hostname, ipAddress, label, plainText, portNumber, subdomain, weight } from './names.ts'
import { MAX_ITEMS } from './topology.ts'

/** Shapes of the routes part: the Gateway API's, field for field. */

const listener = z.strictObject({
  name: subdomain,
  address: ipAddress.optional(),
  port: portNumber,
  protocol: z.literal('HTTP', { error: onlyValue('HTTP', LATER_PROTOCOLS) }),
})

export const gateway = z.strictObject({
  namespace: label.optional(),
  name: subdomain,
  /** `all`: the gateway's Envoys get every service's cluster, not only those that its routes name. */
  services: z.enum(['routed', 'all']).optional(),
  listeners: z.array(listener).min(1).max(64).superRefine(checkListeners),
})

const headerName = z
  .string()
  .max(256)
  .regex(
    /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/,
    'must be the name of an HTTP header (letters, digits, - and the like; a pseudo-header such as ":path" is none)',
  )

/** Envoy refuses to change Host and pseudo-headers by a header modifier. */
const changeableHeaderName = headerName.refine(
  name => name.toLowerCase() !== 'host',
  'must not be Host: a header modifier cannot change it',
)

/** RFC 9110, section 5.5: no control characters but the tab, or Envoy refuses the whole route configuration. */
const headerText = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^(?:\t|[^\p{Cc}\p{Cs}])*$/u, 'must not contain control characters or unpaired surrogates')

const pathMatch = z
  .strictObject({
    type: z.enum(['Exact', 'PathPrefix', 'RegularExpression']).optional(),
    value: plainText.max(1024).optional(),
  })
  .superRefine(checkPath)

const valueMatch = {
  type: z.enum(['Exact', 'RegularExpression']).optional(),
  value: headerText,
}
const headerMatch = z.strictObject({ name: headerName, ...valueMatch }).superRefine(checkValueMatch)
const queryParamMatch = z.strictObject({ name: headerName, ...valueMatch }).superRefine(checkValueMatch)

const routeMatch = z.strictObject({
  path: pathMatch.optional(),
  headers: z.array(headerMatch).max(16).superRefine(checkHeaderNames).optional(),
  queryParams: z.array(queryParamMatch).max(16).superRefine(checkQueryNames).optional(),
  method: z
    .enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'])
    .refine(method => method !== 'CONNECT', 'is not supported yet: "CONNECT", a tunnel and not a request')
    .optional(),
})

const headerValue = z.strictObject({ name: changeableHeaderName, value: headerText })
const headerValues = z.array(headerValue).max(16).superRefine(checkHeaderNames)

const requestHeaderModifier = z.strictObject({
  type: z.literal('RequestHeaderModifier'),
  requestHeaderModifier: z.strictObject({
    set: headerValues.optional(),
    add: headerValues.optional(),
    remove: z.array(changeableHeaderName).max(16).superRefine(checkRemovedHeaders).optional(),
  }),
})

const routeFilter = z.discriminatedUnion('type', [requestHeaderModifier], {
  error: ({ code, input }) =>
    code === 'invalid_union'
      ? onlyValue('RequestHeaderModifier', LATER_FILTERS)({ input: Object(input).type })
      : undefined,
})

const backendRef = z.strictObject({
  namespace: label.optional(),
  name: label,
  port: portNumber,
  weight: weight.max(1_000_000).optional(),
})

const routeRule = z.strictObject({
  name: subdomain.optional(),
  matches: z.array(routeMatch).max(64).optional(),
  filters: z.array(routeFilter).max(16).superRefine(checkFilters).optional(),
  backendRefs: z.array(backendRef).max(16).optional(),
  timeouts: z
    .strictObject({ request: duration.optional(), backendRequest: duration.optional() })
    .superRefine(checkTimeouts)
    .optional(),
})

export const httpRoute = z.strictObject({
  namespace: label.optional(),
  name: subdomain,
  kind: z.literal('HTTPRoute'),
  /** Gateway names: `edge` is `default/edge`, `team/edge` names another namespace. */
  gateways: z
    .array(
      z
        .string()
        .max(317)
        .regex(
          /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
          'must be the name of a gateway: "edge", or "team/edge" for one of another namespace than default',
        ),
    )
    .min(1)
    .max(32),
  hostnames: z.array(hostname).max(16).optional(),
  rules: z.array(routeRule).min(1).max(16).superRefine(checkRules),
})

export const route = z.discriminatedUnion('kind', [httpRoute], {
  error: ({ code, input }) =>
    code === 'invalid_union'
      ? onlyValue('HTTPRoute', LATER_ROUTE_KINDS)({ input: Object(input).kind })
      : undefined,
})

export const routes = z.strictObject({
  gateways: z.array(gateway).max(MAX_ITEMS).optional(),
  routes: z.array(route).max(MAX_ITEMS).optional(),
})

/** Bodies of entries: normalized, with the namespace filled in. */
export type Listener = z.infer<typeof listener>
export type Gateway = z.infer<typeof gateway> & { namespace: string }
export type RouteMatch = z.infer<typeof routeMatch>
export type RouteRule = Omit<z.infer<typeof routeRule>, 'backendRefs'> & {
  backendRefs?: BackendRef[] | undefined
}
export type BackendRef = z.infer<typeof backendRef> & { namespace: string }
export type HTTPRoute = Omit<z.infer<typeof httpRoute>, 'rules'> & { namespace: string; rules: RouteRule[] }
