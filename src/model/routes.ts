import { z } from 'zod'
import { gateway } from './gateway.ts'
import { grpcRoute } from './grpc-route.ts'
import { httpRoute } from './http-route.ts'
import { LATER_ROUTE_KINDS, oneOf } from './later.ts'
import { namespace, referenceGrant } from './reference-grant.ts'
import { MAX_ITEMS } from './topology.ts'

/** Shape of the routes part. */

export const route = z.discriminatedUnion('kind', [httpRoute, grpcRoute], {
  error: oneOf('kind', LATER_ROUTE_KINDS),
})

export const routes = z.strictObject({
  gateways: z.array(gateway).max(MAX_ITEMS).optional(),
  routes: z.array(route).max(MAX_ITEMS).optional(),
  namespaces: z.array(namespace).max(MAX_ITEMS).optional(),
  referenceGrants: z.array(referenceGrant).max(MAX_ITEMS).optional(),
})
