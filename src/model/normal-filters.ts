import type { HeaderModifier } from './http-header.ts'
import {
  type Cors,
  DEFAULT_MAX_AGE,
  type GrpcFilter,
  type HttpFilter,
  type RequestMirror,
  type RequestRedirect,
} from './route-filters.ts'
import { backendIdentity } from './route-references.ts'

/** The one form of filters: what says what is so anyway is left out. `local` is the namespace of the route. */

export function normalGrpcFilter(filter: GrpcFilter, local: string): GrpcFilter {
  switch (filter.type) {
    case 'RequestHeaderModifier':
      return { type: filter.type, requestHeaderModifier: normalModifier(filter.requestHeaderModifier) }
    case 'ResponseHeaderModifier':
      return { type: filter.type, responseHeaderModifier: normalModifier(filter.responseHeaderModifier) }
    case 'RequestMirror':
      return { type: filter.type, requestMirror: normalMirror(filter.requestMirror, local) }
  }
}

export function normalHttpFilter(filter: HttpFilter, local: string): HttpFilter {
  switch (filter.type) {
    case 'RequestRedirect':
      return { type: filter.type, requestRedirect: normalRedirect(filter.requestRedirect) }
    case 'URLRewrite':
      return filter
    case 'CORS':
      return { type: filter.type, cors: normalCors(filter.cors) }
    default:
      return normalGrpcFilter(filter, local)
  }
}

function normalModifier({ set = [], add = [], remove = [] }: HeaderModifier): HeaderModifier {
  return {
    ...(set.length > 0 && { set }),
    ...(add.length > 0 && { add }),
    ...(remove.length > 0 && { remove }),
  }
}

function normalMirror({ backendRef, percent, fraction }: RequestMirror, local: string): RequestMirror {
  return {
    backendRef: backendIdentity(backendRef, local),
    ...(percent !== undefined && percent !== 100 && { percent }),
    ...(fraction !== undefined && { fraction }),
  }
}

function normalRedirect({ statusCode, ...rest }: RequestRedirect): RequestRedirect {
  return { ...rest, ...(statusCode !== undefined && statusCode !== 302 && { statusCode }) }
}

function normalCors(cors: Cors): Cors {
  const {
    allowOrigins = [],
    allowCredentials,
    allowMethods = [],
    allowHeaders = [],
    exposeHeaders = [],
    maxAge,
  } = cors
  return {
    ...(allowOrigins.length > 0 && { allowOrigins }),
    ...(allowCredentials && { allowCredentials }),
    ...(allowMethods.length > 0 && { allowMethods }),
    ...(allowHeaders.length > 0 && { allowHeaders }),
    ...(exposeHeaders.length > 0 && { exposeHeaders }),
    ...(maxAge !== undefined && maxAge !== DEFAULT_MAX_AGE && { maxAge }),
  }
}
