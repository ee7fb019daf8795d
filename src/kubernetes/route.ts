import { isObject } from '../model/json.ts'
import type { Fields } from './fields.ts'
import type { KubernetesObject } from './object-list.ts'
import { ConvertedList, originAt } from './origin.ts'
import { type GatewayParent, gatewayParents } from './parent-references.ts'
import { checkedRoute } from './route-check.ts'
import { withoutNulls } from './without-nulls.ts'

const READ = ['parentRefs', 'hostnames', 'rules']
/** CommonRouteSpec of the experimental channel. */
const NOT_SUPPORTED = ['useDefaultGateways']

export function convertRoutes(objects: readonly KubernetesObject[]): ConvertedList {
  const routes = new ConvertedList()
  for (const object of objects) {
    const spec = object.fields.object('spec')
    const parents = spec === undefined ? [] : gatewayParents(spec, object)
    if (spec === undefined || parents.length === 0) {
      object.fields.warnOfObject('left out: attaches to no Gateway')
      continue
    }
    for (const field of NOT_SUPPORTED) if (spec.has(field)) spec.warn(field, 'is not supported yet: ignored')
    spec.warnOfUnknown([...READ, ...NOT_SUPPORTED])
    const { written, renamed } = asWritten(object, spec, parents)
    const checked = checkedRoute(written, object.fields, renamed)
    if (checked !== undefined) routes.add(checked.route, originAt(object.fields.pointer, checked.renamed))
  }
  return routes
}

/** The native route before anything judged it, and the places that its fields come from. */
function asWritten(object: KubernetesObject, spec: Fields, parents: readonly GatewayParent[]) {
  const { namespace, name, kind } = object
  const hostnames = spec.get('hostnames')
  const rules = withoutNulls(spec.get('rules')) ?? defaultRules(kind)
  return {
    written: {
      namespace,
      name,
      kind,
      gateways: parents.map(({ reference }) => reference),
      ...(hostnames !== undefined && { hostnames }),
      ...(crossesNamespaces(rules, namespace) && { requireReferenceGrants: true }),
      ...(rules !== undefined && { rules }),
    },
    renamed: {
      '/name': '/metadata/name',
      '/namespace': '/metadata/namespace',
      '/kind': '/kind',
      '/hostnames': '/spec/hostnames',
      '/rules': '/spec/rules',
      '/gateways': '/spec/parentRefs',
      ...Object.fromEntries(parents.map(({ place }, index) => [`/gateways/${index}`, place])),
    },
  }
}

/** The CRD of HTTPRoute has this default for `rules`; that of GRPCRoute has none. */
function defaultRules(kind: string): unknown {
  return kind === 'HTTPRoute' ? [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }] : undefined
}

/** Backends stand in rules (`backendRefs`), and in filters that mirror (`backendRef`), of rules and of backends. */
function crossesNamespaces(value: unknown, local: string): boolean {
  if (Array.isArray(value)) return value.some(item => crossesNamespaces(item, local))
  if (!isObject(value)) return false
  const { backendRef, backendRefs, filters, requestMirror } = value
  const named = Array.isArray(backendRefs) ? [backendRef, ...backendRefs] : [backendRef]
  return (
    named.some(one => isObject(one) && one.namespace !== undefined && one.namespace !== local) ||
    [backendRefs, filters, requestMirror].some(inner => crossesNamespaces(inner, local))
  )
}
