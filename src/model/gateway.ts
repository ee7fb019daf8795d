import { z } from 'zod'
import { labelSelector } from './label-selector.ts'
import { LATER_PROTOCOLS, onlyValue } from './later.ts'
import { checkListeners } from './listener-checks.ts'
import { apiGroup, hostname, ipAddress, label, plainText, portNumber, subdomain } from './names.ts'
import { refuse } from './refusals.ts'

/** A gateway and its listeners: the Gateway API's words, with `address` for where an Envoy shall listen. */

export const GATEWAY_GROUP = 'gateway.networking.k8s.io'

const routeNamespaces = z
  .strictObject({ from: z.enum(['All', 'Same', 'Selector']), selector: labelSelector.optional() })
  .superRefine(({ from, selector }, context) => {
    if (from === 'Selector' && selector === undefined) {
      refuse(context, ['selector'], 'is required where from is "Selector"')
    }
    if (from !== 'Selector' && selector !== undefined) {
      refuse(context, ['selector'], 'must be left out unless from is "Selector"')
    }
  })

/** Which routes may attach. What is left out restricts nothing: who pushes natively may attach any route. */
const allowedRoutes = z.strictObject({
  namespaces: routeNamespaces.optional(),
  kinds: z
    .array(z.strictObject({ group: apiGroup.optional(), kind: plainText.max(63) }))
    .max(8)
    .optional(),
})

const listener = z.strictObject({
  name: subdomain,
  address: ipAddress.optional(),
  port: portNumber,
  protocol: z.literal('HTTP', { error: onlyValue('HTTP', LATER_PROTOCOLS) }),
  /** Without one the listener is for all hostnames that no other on its address and port is for. */
  hostname: hostname.optional(),
  allowedRoutes: allowedRoutes.optional(),
})

export const gateway = z.strictObject({
  namespace: label.optional(),
  name: subdomain,
  /** `all`: the gateway's Envoys get every service's cluster, not only those that its routes name. */
  services: z.enum(['routed', 'all']).optional(),
  listeners: z.array(listener).min(1).max(64).superRefine(checkListeners),
})

export type AllowedRoutes = z.infer<typeof allowedRoutes>
export type Listener = z.infer<typeof listener>
/** Body of an entry: normalized, with the namespace filled in. */
export type Gateway = z.infer<typeof gateway> & { namespace: string }
