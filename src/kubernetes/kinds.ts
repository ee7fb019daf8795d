import { GATEWAY_GROUP } from '../model/gateway.ts'
import type { Findings } from './findings.ts'
import type { KubernetesObject } from './object-list.ts'

const GATEWAY_VERSIONS = [`${GATEWAY_GROUP}/v1`, `${GATEWAY_GROUP}/v1beta1`]
/** Of these two v1alpha2 had the shape that v1 has. */
const ALPHA_VERSIONS = [...GATEWAY_VERSIONS, `${GATEWAY_GROUP}/v1alpha2`]

/** The kinds that are read, by the versions of the API whose shape is known. */
const VERSIONS = {
  Node: ['v1'],
  Namespace: ['v1'],
  Service: ['v1'],
  EndpointSlice: ['discovery.k8s.io/v1'],
  GatewayClass: GATEWAY_VERSIONS,
  Gateway: GATEWAY_VERSIONS,
  HTTPRoute: GATEWAY_VERSIONS,
  GRPCRoute: ALPHA_VERSIONS,
  ReferenceGrant: ALPHA_VERSIONS,
} as const satisfies Record<string, readonly string[]>

type ReadKind = keyof typeof VERSIONS
export type ObjectsByKind = Readonly<Record<ReadKind, KubernetesObject[]>>

/** Objects by kind. Of those that nothing is made of there is one warning for each kind, at the first of them. */
export function byKind(objects: readonly KubernetesObject[], findings: Findings): ObjectsByKind {
  const known = Object.fromEntries(Object.keys(VERSIONS).map(kind => [kind, []])) as unknown as ObjectsByKind
  const others = new Map<string, { first: KubernetesObject; count: number }>()
  for (const object of objects) {
    const { kind, apiVersion } = object
    if (isRead(kind) && (VERSIONS[kind] as readonly string[]).includes(apiVersion)) {
      known[kind].push(object)
      continue
    }
    const key = `${kind} ${apiVersion}`
    const other = others.get(key)
    if (other === undefined) others.set(key, { first: object, count: 1 })
    else other.count++
  }
  for (const { first, count } of others.values()) findings.warn(first.fields.pointer, leftOut(first, count))
  return known
}

function isRead(kind: string): kind is ReadKind {
  return Object.hasOwn(VERSIONS, kind)
}

function leftOut({ kind, apiVersion }: KubernetesObject, count: number): string {
  const what = count === 1 ? 'left out' : `left out, with ${count - 1} more`
  return isRead(kind)
    ? `${what}: Vicinity reads this kind of ${VERSIONS[kind].join(', ')}, not of ${apiVersion}`
    : `${what}: Vicinity does not read this kind of ${apiVersion}`
}
