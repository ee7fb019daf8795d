/** Kubernetes objects with what a test needs of them. */

export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly [field: string]: unknown
}

export function list(...items: KubernetesObject[]) {
  return { apiVersion: 'v1', kind: 'List', items }
}

export function node(name: string, zone: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } } as { name: string },
    status: { conditions: [{ type: 'Ready', status: 'True' }], allocatable: { cpu: '4' } },
  }
}

export function service(name: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { ports: [{ name: 'http', port: 3000, protocol: 'TCP' }] },
  }
}

/** One ready endpoint of a service. */
export function endpointSlice(owner: string, nodeName: string): KubernetesObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${owner}-1`,
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': owner },
    } as { name: string; namespace: string },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true }, nodeName, zone: 'zone-a' }],
  }
}

export function gateway(name: string, port = 80): KubernetesObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: 'default' },
    spec: { gatewayClassName: 'vicinity', listeners: [{ name: 'http', port, protocol: 'HTTP' }] },
  }
}

export function httpRoute(name: string, parent: string, backend: string): KubernetesObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace: 'default' },
    spec: {
      parentRefs: [{ name: parent }],
      rules: [{ backendRefs: [{ name: backend, port: 3000 }] }],
    },
  }
}
