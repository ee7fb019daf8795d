import { z } from 'zod'
import { duration, hostname, ipAddress, label, portNumber, subdomain, weight } from './names.ts'

/** Shapes of the routes part (shared design, section 2): the Gateway API's, field for field. */

export const listener = z.strictObject({
  name: subdomain,
  address: ipAddress.optional(),
  port: portNumber,
  protocol: z.literal('HTTP'),
})

export const gateway = z.strictObject({
  namespace: label.optional(),
  name: subdomain,
  /** `all`: the gateway's Envoys get every service's cluster, not only those that its routes name. */
  services: z.enum(['routed', 'all']).optional(),
  listeners: z.array(listener).min(1).max(64),
})

const headerName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/, 'must be an HTTP header name')

export const pathMatch = z.strictObject({
  type: z.enum(['Exact', 'PathPrefix', 'RegularExpression']).optional(),
  value: z.string().min(1).max(1024).optional(),
})

const valueMatch = {
  type: z.enum(['Exact', 'RegularExpression']).optional(),
  value: z.string().min(1).max(4096),
}
export const headerMatch = z.strictObject({ name: headerName, ...valueMatch })
export const queryParamMatch = z.strictObject({ name: headerName, ...valueMatch })

export const routeMatch = z.strictObject({
  path: pathMatch.optional(),
  headers: z.array(headerMatch).max(16).optional(),
  queryParams: z.array(queryParamMatch).max(16).optional(),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']).optional(),
})

const headerValue = z.strictObject({ name: headerName, value: z.string().min(1).max(4096) })

export const requestHeaderModifier = z.strictObject({
  type: z.literal('RequestHeaderModifier'),
  requestHeaderModifier: z.strictObject({
    set: z.array(headerValue).max(16).optional(),
    add: z.array(headerValue).max(16).optional(),
    remove: z.array(headerName).max(16).optional(),
  }),
})

export const backendRef = z.strictObject({
  namespace: label.optional(),
  name: label,
  port: portNumber,
  weight: weight.max(1_000_000).optional(),
})

export const routeRule = z.strictObject({
  name: subdomain.optional(),
  matches: z.array(routeMatch).max(64).optional(),
  filters: z.array(requestHeaderModifier).max(16).optional(),
  backendRefs: z.array(backendRef).max(16).optional(),
  timeouts: z.strictObject({ request: duration.optional(), backendRequest: duration.optional() }).optional(),
})

export const httpRoute = z.strictObject({
  namespace: label.optional(),
  name: subdomain,
  kind: z.literal('HTTPRoute'),
  /** Gateway names; `edge` is in the route's own namespace… of `default`, `team/edge` names another. */
  gateways: z.array(z.string().max(317)).min(1).max(32),
  hostnames: z.array(hostname).max(16).optional(),
  rules: z.array(routeRule).min(1).max(16),
})

export const routes = z.strictObject({
  gateways: z.array(gateway).optional(),
  routes: z.array(httpRoute).optional(),
})

/** Bodies of entries: normalized, with the namespace filled in. */
export type Listener = z.infer<typeof listener>
export type Gateway = z.infer<typeof gateway> & { namespace: string }
export type RouteMatch = z.infer<typeof routeMatch>
export type RouteRule = z.infer<typeof routeRule>
export type BackendRef = z.infer<typeof backendRef>
export type HTTPRoute = z.infer<typeof httpRoute> & { namespace: string }
