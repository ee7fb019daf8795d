import { GATEWAY_GROUP } from '../model/gateway.ts'
import type { GatewayReference } from '../model/route-references.ts'
import type { Fields } from './fields.ts'
import type { KubernetesObject } from './object-list.ts'
import { placeIn } from './origin.ts'

const READ = ['group', 'kind', 'namespace', 'name', 'sectionName', 'port']

/** A parent of a route that is a Gateway, and its place in the route. */
export interface GatewayParent {
  readonly reference: GatewayReference
  readonly place: string
}

/** The Gateways that a route attaches to; other parents are left out, with a warning for each. */
export function gatewayParents(spec: Fields, { fields, namespace }: KubernetesObject): GatewayParent[] {
  return spec.objects('parentRefs').flatMap(parent => {
    const { group = GATEWAY_GROUP, kind = 'Gateway' } = {
      group: parent.text('group'),
      kind: parent.text('kind'),
    }
    if (group !== GATEWAY_GROUP || kind !== 'Gateway') {
      parent.warnOfObject(`left out: a route attaches to Gateways, not to a ${kind} of the group "${group}"`)
      return []
    }
    parent.warnOfUnknown(READ)
    const name = parent.text('name')
    if (name === undefined) {
      if (!parent.has('name')) parent.refuse('name', 'is required: a string')
      return []
    }
    const reference = gatewayReference(parent, parent.text('namespace') ?? namespace, name)
    return [{ reference, place: placeIn(fields, parent) }]
  })
}

/** Without a namespace a parent is in that of its route, which natively means `default`. */
function gatewayReference(parent: Fields, namespace: string, name: string): GatewayReference {
  const sectionName = parent.text('sectionName') || undefined
  const port = parent.number('port')
  if (sectionName === undefined && port === undefined) {
    return namespace === 'default' ? name : `${namespace}/${name}`
  }
  return { namespace, name, ...(sectionName && { sectionName }), ...(port !== undefined && { port }) }
}
