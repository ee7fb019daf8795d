import { type GrpcMethodMatch, type GrpcRouteMatch, grpcPathExpression } from '../../model/grpc-route.ts'
import { headersField, type TakenRequests } from './route-match.ts'

/** A gRPC call is a POST of `/package.Service/Method` in its own content type; Envoy's `grpc` takes no other request. */
export function grpcRequests({ method, headers = [] }: GrpcRouteMatch): TakenRequests {
  return { match: { ...callMatch(method), grpc: {}, ...headersField(headers) } }
}

function callMatch(match: GrpcMethodMatch | undefined): object {
  if (match === undefined) return { prefix: '/' }
  const { type, service, method } = match
  // Names of methods have no character that means anything in an expression.
  if (type === 'RegularExpression' || service === undefined) {
    return { safeRegex: { regex: grpcPathExpression(match) } }
  }
  return method === undefined ? { prefix: `/${service}/` } : { path: `/${service}/${method}` }
}
