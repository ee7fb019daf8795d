import { cpuQuantity } from './cpu-quantity.ts'
import type { Fields } from './fields.ts'
import type { KubernetesObject } from './object-list.ts'
import { ConvertedList, originAt } from './origin.ts'

/** core/v1, well_known_labels.go. */
export const ZONE = 'topology.kubernetes.io/zone'
export const REGION = 'topology.kubernetes.io/region'

/** endpointslice, topologycache.go, hasExcludedLabels: whatever their value. */
const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']

/** Where a node stands, and the object whose labels say so. '' is not said. */
export interface NodeLocality {
  readonly zone: string
  readonly region: string
  readonly object: KubernetesObject
}

export function convertNodes(objects: readonly KubernetesObject[]): {
  readonly nodes: ConvertedList
  readonly localities: ReadonlyMap<string, NodeLocality>
} {
  const nodes = new ConvertedList()
  const localities = new Map<string, NodeLocality>()
  for (const object of objects) {
    const labels = object.fields.object('metadata')?.object('labels')
    const zone = labels?.text(ZONE) ?? ''
    localities.set(object.name, { zone, region: labels?.text(REGION) ?? '', object })
    const cpu = allocatableCpu(object.fields)
    const item = {
      name: object.name,
      ...(zone !== '' && { zone }),
      ...(cpu !== '' && { cpu }),
      ...(!isReady(object.fields) && { ready: false }),
      ...(CONTROL_PLANE.some(label => labels?.has(label)) && { controlPlane: true }),
    }
    nodes.add(item, originAt(object.fields.pointer, NODE_FIELDS))
  }
  return { nodes, localities }
}

export const labelPlace = (label: string) => `/metadata/labels/${label.replace('/', '~1')}`

const NODE_FIELDS = {
  '/name': '/metadata/name',
  '/zone': labelPlace(ZONE),
  '/cpu': '/status/allocatable/cpu',
  '/ready': '/status/conditions',
  '/controlPlane': '/metadata/labels',
}

/** In JSON and in YAML a quantity may be a number as well as a string. */
function allocatableCpu(node: Fields): string {
  const allocatable = node.object('status')?.object('allocatable')
  const value = allocatable?.get('cpu')
  if (value === undefined) return ''
  const cpu = typeof value === 'string' || typeof value === 'number' ? cpuQuantity(String(value)) : undefined
  if (cpu === undefined) allocatable?.refuse('cpu', 'must be a CPU quantity such as "4" or "3920m"')
  return cpu ?? ''
}

/** The first condition Ready counts; a node without one is not ready (topologycache.go, isNodeReady). */
function isReady(node: Fields): boolean {
  const conditions = node.object('status')?.objects('conditions') ?? []
  return conditions.find(one => one.text('type') === 'Ready')?.text('status') === 'True'
}
