import type { Fields } from './fields.ts'
import { convertListener } from './listener.ts'
import type { KubernetesObject } from './object-list.ts'
import { ConvertedList, originAt, placeIn } from './origin.ts'

/** GatewaySpec of gateway.networking.k8s.io/v1, both channels. */
const READ = ['gatewayClassName', 'listeners']
const NOT_SUPPORTED = ['addresses', 'infrastructure', 'tls', 'allowedListeners', 'defaultScope']

export function convertGateways(
  objects: readonly KubernetesObject[],
  isClassThere: (name: string) => boolean,
): ConvertedList {
  const gateways = new ConvertedList()
  for (const object of objects) {
    const { fields, namespace, name } = object
    const spec = fields.object('spec')
    const listeners = spec === undefined ? [] : listenersOf(spec, fields)
    if (spec !== undefined) warnOfSpec(spec, isClassThere)
    if (listeners.length === 0) {
      fields.warnOfObject('left out: has no listener that Vicinity supports')
      continue
    }
    const origin = originAt(fields.pointer, {
      '/name': '/metadata/name',
      '/namespace': '/metadata/namespace',
      '/listeners': '/spec/listeners',
      ...Object.fromEntries(listeners.map(({ place }, index) => [`/listeners/${index}`, place] as const)),
    })
    gateways.add({ namespace, name, listeners: listeners.map(({ item }) => item) }, origin)
  }
  return gateways
}

/** Native listeners, each with its place in the Gateway. */
function listenersOf(spec: Fields, gateway: Fields): { item: object; place: string }[] {
  return spec.objects('listeners').flatMap(listener => {
    const item = convertListener(listener)
    return item === undefined ? [] : [{ item, place: placeIn(gateway, listener) }]
  })
}

function warnOfSpec(spec: Fields, isClassThere: (name: string) => boolean): void {
  const className = spec.text('gatewayClassName')
  if (className !== undefined && !isClassThere(className)) {
    spec.warn('gatewayClassName', `names a GatewayClass that is not in the document: ${className}`)
  }
  for (const field of NOT_SUPPORTED) {
    const value = spec.get(field)
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue
    spec.warn(field, 'is not supported yet: ignored')
  }
  spec.warnOfUnknown([...READ, ...NOT_SUPPORTED])
}
