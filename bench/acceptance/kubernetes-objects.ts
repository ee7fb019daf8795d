import { createHash } from 'node:crypto'

/** A cluster as `kubectl get … -A -o json` prints it: the fields that the API server fills in, without managedFields. */
export interface ClusterSize {
  readonly services: number
  /** Of each service; they are in one slice, as long as they are 100 at most. */
  readonly endpoints: number
  readonly nodes: number
  readonly zones: number
  readonly namespaces: number
}

export interface KubernetesList {
  readonly apiVersion: 'v1'
  readonly items: KubernetesItem[]
  readonly kind: 'List'
  readonly metadata: { readonly resourceVersion: '' }
}

interface KubernetesItem {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: object
  readonly [field: string]: unknown
}

const CREATED = '2026-01-01T00:00:00Z'
const PORT = { name: 'http', port: 8080, protocol: 'TCP' }

export function clusterList(size: ClusterSize): KubernetesList {
  const of = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, i) => make(i))
  const items = [
    ...of(size.nodes, index => node(index, size.zones)),
    ...of(size.namespaces, namespace),
    ...of(size.services, index => service(index, size)),
    ...of(size.services, index => endpointSlice(index, size)),
    gateway(),
    ...of(Math.min(size.services, 100), index => httpRoute(index, size)),
  ]
  return { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } }
}

/** kubectl indents by four. */
export function printed(list: KubernetesList): string {
  return `${JSON.stringify(list, undefined, 4)}\n`
}

function node(index: number, zones: number): KubernetesItem {
  const name = nodeName(index)
  const condition = (type: string, status: string) => ({
    lastHeartbeatTime: CREATED,
    lastTransitionTime: CREATED,
    message: `kubelet says ${status} of ${type}`,
    reason: `Kubelet${type}`,
    status,
    type,
  })
  const resources = { cpu: '16', 'ephemeral-storage': '101430960Ki', memory: '65026496Ki', pods: '110' }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
      creationTimestamp: CREATED,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/instance-type': 'm5.4xlarge',
        'topology.kubernetes.io/region': 'r1',
        'topology.kubernetes.io/zone': zoneName(index, zones),
      },
      name,
      resourceVersion: String(1_000 + index),
      uid: uid(name),
    },
    spec: { podCIDR: `10.${index % 256}.0.0/24`, providerID: `cloud:///${name}` },
    status: {
      addresses: [{ address: `172.16.${Math.floor(index / 256)}.${index % 256}`, type: 'InternalIP' }],
      allocatable: resources,
      capacity: resources,
      conditions: [
        condition('MemoryPressure', 'False'),
        condition('DiskPressure', 'False'),
        condition('PIDPressure', 'False'),
        condition('Ready', 'True'),
      ],
    },
  }
}

function namespace(index: number): KubernetesItem {
  const name = `team-${index}`
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      creationTimestamp: CREATED,
      labels: { 'kubernetes.io/metadata.name': name },
      name,
      resourceVersion: String(10_000 + index),
      uid: uid(name),
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }
}

function service(index: number, { namespaces }: ClusterSize): KubernetesItem {
  const name = serviceName(index)
  const clusterIP = `10.${96 + Math.floor(index / 65_536)}.${Math.floor(index / 256) % 256}.${index % 256}`
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      creationTimestamp: CREATED,
      labels: labelsOf(name),
      name,
      namespace: namespaceOf(index, namespaces),
      resourceVersion: String(100_000 + index),
      uid: uid(name),
    },
    spec: {
      clusterIP,
      clusterIPs: [clusterIP],
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' }],
      selector: { 'app.kubernetes.io/name': name },
      sessionAffinity: 'None',
      trafficDistribution: 'PreferSameZone',
      type: 'ClusterIP',
    },
    status: { loadBalancer: {} },
  }
}

function endpointSlice(index: number, size: ClusterSize): KubernetesItem {
  const owner = serviceName(index)
  const namespace = namespaceOf(index, size.namespaces)
  const endpoints = Array.from({ length: size.endpoints }, (_, place) => {
    const serial = index * size.endpoints + place
    const zone = zoneName(serial % size.nodes, size.zones)
    const name = `${owner}-${hash(owner).slice(0, 10)}-${hash(`${owner} ${place}`).slice(0, 5)}`
    return {
      addresses: [
        `10.${Math.floor(serial / 62_500)}.${Math.floor(serial / 250) % 250}.${(serial % 250) + 1}`,
      ],
      conditions: { ready: true, serving: true, terminating: false },
      hints: { forZones: [{ name: zone }] },
      nodeName: nodeName(serial % size.nodes),
      targetRef: { kind: 'Pod', name, namespace, uid: uid(name) },
      zone,
    }
  })
  return {
    addressType: 'IPv4',
    apiVersion: 'discovery.k8s.io/v1',
    endpoints,
    kind: 'EndpointSlice',
    metadata: {
      annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': CREATED },
      creationTimestamp: CREATED,
      generateName: `${owner}-`,
      generation: 1,
      labels: {
        ...labelsOf(owner),
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': owner,
      },
      name: `${owner}-${hash(owner).slice(-5)}`,
      namespace,
      ownerReferences: [
        {
          apiVersion: 'v1',
          blockOwnerDeletion: true,
          controller: true,
          kind: 'Service',
          name: owner,
          uid: uid(owner),
        },
      ],
      resourceVersion: String(200_000 + index),
      uid: uid(`${owner} slice`),
    },
    ports: [PORT],
  }
}

function gateway(): KubernetesItem {
  const allowedRoutes = { namespaces: { from: 'All' } }
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: {
      creationTimestamp: CREATED,
      generation: 1,
      name: 'eg',
      namespace: 'team-0',
      resourceVersion: '300000',
      uid: uid('eg'),
    },
    spec: {
      gatewayClassName: 'eg',
      listeners: [{ allowedRoutes, name: 'http', port: 10_080, protocol: 'HTTP' }],
    },
  }
}

function httpRoute(index: number, { namespaces }: ClusterSize): KubernetesItem {
  const name = serviceName(index)
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: {
      creationTimestamp: CREATED,
      generation: 1,
      name,
      namespace: namespaceOf(index, namespaces),
      resourceVersion: String(400_000 + index),
      uid: uid(`${name} route`),
    },
    spec: {
      hostnames: [`${name}.example.com`],
      parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'eg', namespace: 'team-0' }],
      rules: [
        {
          backendRefs: [{ group: '', kind: 'Service', name, port: 80, weight: 1 }],
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
        },
      ],
    },
  }
}

function labelsOf(name: string): Record<string, string> {
  return { 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/name': name }
}

function serviceName(index: number): string {
  return `svc-${String(index).padStart(5, '0')}`
}

function namespaceOf(index: number, namespaces: number): string {
  return `team-${index % namespaces}`
}

function nodeName(index: number): string {
  return `node-${String(index).padStart(4, '0')}`
}

function zoneName(node: number, zones: number): string {
  return `zone-${node % zones}`
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function uid(text: string): string {
  return hash(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}
