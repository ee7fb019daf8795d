import { z } from 'zod'
import { checkHeaderNames, headerName, headerText } from './http-header.ts'
import {
  checkPath,
  checkPrefixRewrites,
  checkQueryNames,
  checkRedirect,
  checkTimeouts,
} from './http-route-checks.ts'
import { duration, plainText } from './names.ts'
import { httpFilters } from './route-filters.ts'
import { backendObject, backendWeight, checkBackendObject } from './route-references.ts'
import { checkRules, checkValueMatch, rejected, routeFields, ruleName } from './route-rules.ts'

/** The Gateway API's HTTPRoute, field for field. */

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
export const headerMatch = z.strictObject({ name: headerName, ...valueMatch }).superRefine(checkValueMatch)
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

const backendRef = z
  .strictObject({ ...backendObject, weight: backendWeight, filters: httpFilters.optional() })
  .superRefine(checkBackendObject)

const retry = z.strictObject({
  codes: z.array(z.int().min(400).max(599)).max(200).optional(),
  /** 0: none. Without it 1, as the CRD's default. */
  attempts: z.int().min(0).max(1000).optional(),
  backoff: duration.optional(),
})

const rule = z
  .strictObject({
    name: ruleName,
    matches: z.array(routeMatch).max(64).optional(),
    filters: httpFilters.optional(),
    backendRefs: z.array(backendRef).max(16).optional(),
    timeouts: z
      .strictObject({ request: duration.optional(), backendRequest: duration.optional() })
      .superRefine(checkTimeouts)
      .optional(),
    retry: retry.optional(),
  })
  .superRefine(checkRedirect)
  .superRefine(checkPrefixRewrites)

export const httpRoute = z
  .strictObject({
    ...routeFields,
    kind: z.literal('HTTPRoute'),
    rules: z.array(rule).max(16).superRefine(checkRules).optional(),
  })
  .superRefine(rejected)

/** As they are stored: normalized, with the namespace filled in. */
export type HttpRouteMatch = z.infer<typeof routeMatch>
export type HttpBackendRef = z.infer<typeof backendRef> & { namespace: string }
export type HttpRouteRule = Omit<z.infer<typeof rule>, 'backendRefs'> & {
  backendRefs?: HttpBackendRef[] | undefined
}
export type HTTPRoute = Omit<z.infer<typeof httpRoute>, 'rules' | 'namespace'> & {
  namespace: string
  rules: HttpRouteRule[]
}
