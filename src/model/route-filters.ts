import { z } from 'zod'
import { checkLoneWildcard, headerModifier, headerName } from './http-header.ts'
import { LATER_FILTERS, oneOf } from './later.ts'
import { NO_PATH_CHARACTERS, PATH_CHARACTERS, subdomain } from './names.ts'
import { refuse, refuseRepeated } from './refusals.ts'
import { backendObject, checkBackendObject } from './route-references.ts'

/** The filters of the Gateway API's standard channel: HTTPRouteFilter, and of those the ones that GRPCRouteFilter has. */

const replacement = z.string().max(1024).regex(PATH_CHARACTERS, NO_PATH_CHARACTERS)

const pathModifier = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ReplaceFullPath'), replaceFullPath: replacement }),
  z.strictObject({ type: z.literal('ReplacePrefixMatch'), replacePrefixMatch: replacement }),
])
export type PathModifier = z.infer<typeof pathModifier>

const requestRedirect = z.strictObject({
  scheme: z.enum(['http', 'https']).optional(),
  hostname: subdomain.optional(),
  path: pathModifier.optional(),
  port: z.int().min(1).max(65535).optional(),
  statusCode: z
    .union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)], {
      error: 'must be 301, 302, 303, 307 or 308',
    })
    .optional(),
})
export type RequestRedirect = z.infer<typeof requestRedirect>

const urlRewrite = z.strictObject({ hostname: subdomain.optional(), path: pathModifier.optional() })
export type UrlRewrite = z.infer<typeof urlRewrite>

const fraction = z
  .strictObject({
    numerator: z
      .int()
      .min(0)
      .max(2 ** 31 - 1),
    denominator: z
      .int()
      .min(1)
      .max(2 ** 31 - 1)
      .optional(),
  })
  .superRefine(({ numerator, denominator = 100 }, context) => {
    if (numerator > denominator) refuse(context, ['numerator'], 'must not be more than the denominator')
  })

const requestMirror = z
  .strictObject({
    backendRef: z.strictObject(backendObject).superRefine(checkBackendObject),
    percent: z.int().min(0).max(100).optional(),
    fraction: fraction.optional(),
  })
  .superRefine(({ percent, fraction }, context) => {
    if (percent !== undefined && fraction !== undefined) {
      refuse(context, ['fraction'], 'must be left out where percent is given')
    }
  })
export type RequestMirror = z.infer<typeof requestMirror>

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', '*'] as const

const origin = z
  .string()
  .max(253)
  .regex(
    /^\*$|^https?:\/\/(?:(?:\*\.)?(?:[a-zA-Z0-9-]+\.)*[a-zA-Z0-9-]+|\*)(?::[0-9]{1,5})?$/,
    'must be "*" or an origin such as "https://www.example.com", "https://*.example.com" or "http://*:8080"',
  )

const cors = z.strictObject({
  allowOrigins: z.array(origin).max(64).superRefine(checkLoneWildcard).optional(),
  allowCredentials: z.boolean().optional(),
  allowMethods: z.array(z.enum(METHODS)).max(9).superRefine(checkLoneWildcard).optional(),
  allowHeaders: z.array(headerName).max(64).superRefine(checkLoneWildcard).optional(),
  exposeHeaders: z.array(headerName).max(64).optional(),
  /** Seconds. */
  maxAge: z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .optional(),
})
export type Cors = z.infer<typeof cors>
/** The Gateway API's default of `maxAge`. */
export const DEFAULT_MAX_AGE = 5

const requestHeaders = z.strictObject({
  type: z.literal('RequestHeaderModifier'),
  requestHeaderModifier: headerModifier,
})
const responseHeaders = z.strictObject({
  type: z.literal('ResponseHeaderModifier'),
  responseHeaderModifier: headerModifier,
})
const mirror = z.strictObject({ type: z.literal('RequestMirror'), requestMirror })

const httpFilter = z.discriminatedUnion(
  'type',
  [
    requestHeaders,
    responseHeaders,
    mirror,
    z.strictObject({ type: z.literal('RequestRedirect'), requestRedirect }),
    z.strictObject({ type: z.literal('URLRewrite'), urlRewrite }),
    z.strictObject({ type: z.literal('CORS'), cors }),
  ],
  { error: oneOf('type', LATER_FILTERS) },
)
const grpcFilter = z.discriminatedUnion('type', [requestHeaders, responseHeaders, mirror], {
  error: oneOf('type', LATER_FILTERS),
})

export const httpFilters = z.array(httpFilter).max(16).superRefine(checkFilters)
export const grpcFilters = z.array(grpcFilter).max(16).superRefine(checkFilters)
export type HttpFilter = z.infer<typeof httpFilter>
export type GrpcFilter = z.infer<typeof grpcFilter>

/** CEL rules of the CRDs: of each type one, of mirrors several; a request is redirected or rewritten, not both. */
function checkFilters(filters: readonly { type: string }[], context: z.RefinementCtx): void {
  const once = filters.map(({ type }, index) => (type === 'RequestMirror' ? `${type} ${index}` : type))
  refuseRepeated(once, ['type'], context)
  const rewrite = filters.findIndex(({ type }) => type === 'URLRewrite')
  if (rewrite >= 0 && filters.some(({ type }) => type === 'RequestRedirect')) {
    refuse(context, [rewrite, 'type'], 'must not stand beside RequestRedirect')
  }
}
