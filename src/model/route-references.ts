import { z } from 'zod'
import { apiGroup, label, plainText, portNumber, subdomain, weight } from './names.ts'
import { refuse } from './refusals.ts'

/** What routes point to: gateways, and backends. */

const gatewayName = z
  .string()
  .max(317)
  .regex(
    /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    'must be the name of a gateway: "edge", or "team/edge" for one of another namespace than default',
  )

/** One listener, or those of one port, of a gateway: the Gateway API's ParentReference. */
const listenerReference = z.strictObject({
  namespace: label.optional(),
  name: subdomain,
  sectionName: subdomain.optional(),
  port: portNumber.optional(),
})

/** `edge` is `default/edge`, `team/edge` names another namespace; an object names a listener of a gateway. */
export const gatewayReferences = z
  .array(z.union([gatewayName, listenerReference], { error: 'must be the name of a gateway, or an object' }))
  .min(1)
  .max(32)
export type GatewayReference = string | z.infer<typeof listenerReference>

/** A gateway reference with everything in its place. */
export interface ParentReference {
  /** `namespace/name`. */
  readonly gateway: string
  readonly sectionName?: string | undefined
  readonly port?: number | undefined
}

/** A gateway as routes and `node.cluster` name it: `edge` means `default/edge`. */
export function gatewayKey(reference: string): string {
  return reference.includes('/') ? reference : `default/${reference}`
}

export function parentReference(reference: GatewayReference): ParentReference {
  if (typeof reference === 'string') return { gateway: gatewayKey(reference) }
  const { namespace = 'default', name, sectionName, port } = reference
  return { gateway: `${namespace}/${name}`, sectionName, port }
}

/** The Gateway API's BackendObjectReference. */
export const backendObject = {
  group: apiGroup.optional(),
  kind: plainText.max(63).optional(),
  namespace: label.optional(),
  name: subdomain,
  port: portNumber.optional(),
}
export const backendWeight = weight.max(1_000_000).optional()

export function isService({
  group = '',
  kind = 'Service',
}: {
  group?: string | undefined
  kind?: string | undefined
}): boolean {
  return group === '' && kind === 'Service'
}

/** CEL rule of the CRD: "Must have port for Service reference". Names of Services are labels. */
export function checkBackendObject(reference: BackendObject, context: z.RefinementCtx): void {
  if (!isService(reference)) return
  if (reference.port === undefined) refuse(context, ['port'], 'is required: the port of the service')
  if (!label.safeParse(reference.name).success) refuse(context, ['name'], 'must be the name of a service')
}

export type BackendObject = z.infer<z.ZodObject<typeof backendObject>>

/** Without a namespace a backend is of the route's own (Gateway API, BackendObjectReference). */
export function backendIdentity(
  { group, kind, namespace = '', name, port }: BackendObject,
  local: string,
): BackendObject & { namespace: string } {
  return {
    ...(group && { group }),
    ...(kind !== undefined && kind !== 'Service' && { kind }),
    namespace: namespace === '' ? local : namespace,
    name,
    ...(port !== undefined && { port }),
  }
}
