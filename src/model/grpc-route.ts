import { z } from 'zod'
import { checkHeaderNames } from './http-header.ts'
import { headerMatch } from './http-route.ts'
import { refuse } from './refusals.ts'
import { expressionProblem } from './regular-expression.ts'
import { grpcFilters } from './route-filters.ts'
import { backendObject, backendWeight, checkBackendObject } from './route-references.ts'
import { checkRules, rejected, routeFields, ruleName } from './route-rules.ts'

/** The Gateway API's GRPCRoute, field for field. */

const methodMatch = z
  .strictObject({
    type: z.enum(['Exact', 'RegularExpression']).optional(),
    service: z.string().min(1).max(1024).optional(),
    method: z.string().min(1).max(1024).optional(),
  })
  .superRefine(checkMethod)

const grpcMatch = z.strictObject({
  method: methodMatch.optional(),
  headers: z.array(headerMatch).max(16).superRefine(checkHeaderNames).optional(),
})

const backendRef = z
  .strictObject({ ...backendObject, weight: backendWeight, filters: grpcFilters.optional() })
  .superRefine(checkBackendObject)

const rule = z.strictObject({
  name: ruleName,
  matches: z.array(grpcMatch).max(64).optional(),
  filters: grpcFilters.optional(),
  backendRefs: z.array(backendRef).max(16).optional(),
})

export const grpcRoute = z
  .strictObject({
    ...routeFields,
    kind: z.literal('GRPCRoute'),
    rules: z.array(rule).max(16).superRefine(checkRules).optional(),
  })
  .superRefine(rejected)

/** As they are stored: normalized, with the namespace filled in. */
export type GrpcMethodMatch = z.infer<typeof methodMatch>
export type GrpcRouteMatch = z.infer<typeof grpcMatch>
type GrpcBackendRef = z.infer<typeof backendRef> & { namespace: string }
export type GrpcRouteRule = Omit<z.infer<typeof rule>, 'backendRefs'> & {
  backendRefs?: GrpcBackendRef[] | undefined
}
export type GRPCRoute = Omit<z.infer<typeof grpcRoute>, 'rules' | 'namespace'> & {
  namespace: string
  rules: GrpcRouteRule[]
}

/**
 * The expression for the whole path of a call ("/package.Service/Method") where a match is one by expression; what it
 * leaves out is any service or any method.
 */
export function grpcPathExpression({ service, method }: GrpcMethodMatch): string {
  return `/(?:${service ?? '[^/]+'})/(?:${method ?? '[^/]+'})`
}

const SERVICE = /^\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*$/i
const METHOD = /^[a-z_][a-z_0-9]*$/i

/** CEL rules of the CRD: one or both; names of protobuf, or expressions. */
function checkMethod(match: z.infer<typeof methodMatch>, context: z.RefinementCtx): void {
  const { type, service, method } = match
  if (service === undefined && method === undefined) {
    refuse(context, [], 'must have service, method or both')
    return
  }
  if (type !== 'RegularExpression') {
    if (service !== undefined && !SERVICE.test(service)) {
      refuse(context, ['service'], 'must be the full name of a gRPC service, such as "package.Service"')
    }
    if (method !== undefined && !METHOD.test(method))
      refuse(context, ['method'], 'must be the name of a method')
    return
  }
  const alone = (['service', 'method'] as const).filter(field => {
    const detail = match[field] === undefined ? undefined : expressionProblem(match[field])
    if (detail !== undefined) refuse(context, [field], detail)
    return detail !== undefined
  })
  const whole = alone.length === 0 ? expressionProblem(grpcPathExpression(match)) : undefined
  if (whole !== undefined) refuse(context, [], `${whole} (service and method together)`)
}
