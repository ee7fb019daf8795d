import { type ConvertedEndpoint, convertEndpoints, type Localities } from './endpoint.ts'
import { readSlice, serviceKey, slicesByService } from './endpoint-slice.ts'
import type { ObjectsByKind } from './kinds.ts'
import { mergeEndpoints } from './merged-endpoints.ts'
import { convertNodes } from './node.ts'
import type { KubernetesObject } from './object-list.ts'
import { ConvertedList, splitPointer } from './origin.ts'
import { type KubernetesService, readService } from './service.ts'
import { annotationOf } from './topology-annotation.ts'
import { zonesOf } from './zone.ts'

export interface ConvertedTopology {
  readonly zones: ConvertedList
  readonly nodes: ConvertedList
  readonly services: ConvertedList
}

export function convertTopology(objects: ObjectsByKind): ConvertedTopology {
  const { nodes, localities } = convertNodes(objects.Node)
  const { zones, regions } = zonesOf(localities)
  const keys = new Set(objects.Service.map(({ namespace, name }) => serviceKey(namespace, name)))
  const slices = slicesByService(objects.EndpointSlice, keys)
  const services = new ConvertedList()
  for (const object of objects.Service) {
    const service = readService(object)
    if (service === undefined) continue
    const own = slices.get(serviceKey(object.namespace, object.name)) ?? []
    addService(services, service, own, { nodes: localities, regions })
  }
  return { zones, nodes, services }
}

function addService(
  services: ConvertedList,
  service: KubernetesService,
  slices: readonly KubernetesObject[],
  localities: Localities,
): void {
  const { portNames, firstFamily, settings, origin } = service
  const all = slices.flatMap(slice => readSlice(slice, portNames))
  const { endpoints: merged, unlinked } = mergeEndpoints(all, firstFamily)
  for (const slice of unlinked) {
    const detail = `endpoints left out: some are not linked (by targetRef and ports) to one of ${firstFamily}`
    slice.fields.warn('endpoints', detail)
  }
  const endpoints = convertEndpoints(merged, portNames.length === 1, localities)
  if (service.isTopologyAware) warnOfNoHints(service, endpoints)
  const item = {
    ...settings,
    ...(service.isTopologyAware && hasHints(endpoints) && { topologyMode: 'Auto' }),
    ...(endpoints.length > 0 && { endpoints: endpoints.map(one => one.item) }),
  }
  services.add(item, pointer => {
    const inside = splitPointer(pointer)
    const endpoint = inside?.list === '/endpoints' ? endpoints[inside.index] : undefined
    return endpoint === undefined || inside === undefined ? origin(pointer) : endpoint.locate(inside.rest)
  })
}

/**
 * Hints that Kubernetes' controller wrote win over what would be computed here. Where it wrote none its safeguards spoke,
 * and kube-proxy, which reads hints alone, is cluster-wide: the service must not ask for Auto then, or hints would be
 * computed in spite of the controller. An unready endpoint's hints count: they show that hints are the controller's.
 */
function hasHints(endpoints: readonly ConvertedEndpoint[]): boolean {
  return endpoints.some(({ item }) => item.hints !== undefined)
}

/** Kubernetes' controller has written hints, or found that it must not: kube-proxy sees no other sign. */
function warnOfNoHints({ object }: KubernetesService, endpoints: readonly ConvertedEndpoint[]): void {
  const ready = endpoints.filter(({ item }) => item.ready !== false)
  if (ready.length === 0 || ready.some(({ item }) => item.hints !== undefined)) return
  const { holder, key } = annotationOf(object.fields)
  holder?.warn(key, 'no ready endpoint has hints: traffic is cluster-wide, as in Kubernetes')
}
