import type { Closing } from '../../../demo/closing.ts'
import { serveEcho } from '../../../demo/echo-server.ts'
import { freePort } from '../../../demo/free-port.ts'
import type { KubernetesObject } from './api-client.ts'
import type { Installation } from './find-kubernetes-api.ts'
import { type KubernetesApi, startKubernetesApi } from './kubernetes-api.ts'
import {
  type Edge,
  gatewayObjects,
  NAMESPACE,
  NODES,
  node,
  pod,
  SERVICES,
  service,
} from './zone-routing-objects.ts'

/** What README tells a cron job to push. */
const PUSHED = 'nodes,namespaces,services,endpointslices,gateways,httproutes'
const SLICES = `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices`

/** An API server with nodes in two zones, a Pod on each of them with a real HTTP server behind it, and the routes. */
export interface ZoneRoutingCluster {
  readonly api: KubernetesApi
  /** One Gateway for an Envoy in zone-a, one for another in zone-b. */
  readonly edges: { readonly a: Edge; readonly b: Edge }
  /** What `kubectl get … -A -o json` (or yaml) prints now. */
  list(format?: 'json' | 'yaml'): Promise<string>
  /** Makes Pods ready or not; resolves when the EndpointSlice controller has written that down, hints and all. */
  setReady(ready: Readonly<Record<string, boolean>>): Promise<void>
}

export async function openZoneRoutingCluster(
  installation: Installation,
  address: string,
  closing: Closing,
): Promise<ZoneRoutingCluster> {
  const api = await startKubernetesApi(installation)
  closing.addWay(() => api.close())
  const servers = await Promise.all(NODES.map(({ name }) => serveEcho(podOn(name), 0, address)))
  for (const server of servers) closing.addWay(() => server.close())
  const edges = {
    a: { name: 'eg-a', port: await freePort() },
    b: { name: 'eg-b', port: await freePort() },
  }
  await api.apply([
    ...NODES.map(node),
    ...SERVICES.map(service),
    ...NODES.map(({ name }, index) => pod(podOn(name), name, servers[index]?.port ?? 0)),
    ...gatewayObjects([edges.a, edges.b]),
  ])
  const state = new Map<string, boolean>()
  const setReady = async (ready: Readonly<Record<string, boolean>>) => {
    for (const [name, isReady] of Object.entries(ready)) {
      state.set(name, isReady)
      await api.client.patch(podPath(name), { status: podStatus(address, name, isReady) })
    }
    await api.client.until('slices that know the Pods', SLICES, slices => isWritten(slices, state))
  }
  await setReady(Object.fromEntries(NODES.map(({ name }) => [podOn(name), true])))
  return { api, edges, list: (format = 'json') => api.kubectl(['get', PUSHED, '-A', '-o', format]), setReady }
}

/** Name of the Pod that stands on a node. */
export function podOn(node: string): string {
  return `backend-${node.replace('node-', '')}`
}

function podPath(name: string): string {
  return `/api/v1/namespaces/${NAMESPACE}/pods/${name}/status`
}

/** As a kubelet would report it. Nobody answers at the IPv6 address: it is one of documentation (RFC 3849). */
function podStatus(address: string, name: string, ready: boolean): object {
  const second = NODES.findIndex(({ name: node }) => podOn(node) === name) + 1
  return {
    phase: 'Running',
    hostIP: address,
    podIP: address,
    podIPs: [{ ip: address }, { ip: `2001:db8::${second}` }],
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
  }
}

interface Slice extends KubernetesObject {
  readonly addressType: string
  readonly endpoints: readonly SliceEndpoint[] | null
}

interface SliceEndpoint {
  readonly conditions: { readonly ready: boolean }
  readonly hints?: object
  readonly targetRef: { readonly name: string }
}

/** Whether the slices of every service and family have each Pod as it is; ready ones have their hints. */
function isWritten(slices: readonly KubernetesObject[], state: ReadonlyMap<string, boolean>): boolean {
  const written = (slices as readonly Slice[]).flatMap(({ metadata, addressType, endpoints }) => {
    const of = `${metadata.labels?.['kubernetes.io/service-name']} ${addressType}`
    return (endpoints ?? []).map(({ targetRef, conditions: { ready }, hints }) => {
      return `${of} ${targetRef.name} ready=${ready} hinted=${hints !== undefined}`
    })
  })
  const wanted = SERVICES.flatMap(({ name, families }) =>
    families.map(family => `${name} ${family}`),
  ).flatMap(of => [...state].map(([pod, ready]) => `${of} ${pod} ready=${ready} hinted=${ready}`))
  return written.sort().join() === wanted.sort().join()
}
