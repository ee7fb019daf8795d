/** The objects of Envoy Gateway's page on traffic distribution, for the API server: each service a route's rule. */

const APP = 'zone-routing-backend'
/** The service of both address families. */
export const DUAL_STACK = `${APP}-dual`
export const HOST = 'www.example.com'
export const NAMESPACE = 'default'

interface ClusterNode {
  readonly name: string
  readonly zone: string
}

export const NODES = [
  { name: 'node-a1', zone: 'zone-a' },
  { name: 'node-a2', zone: 'zone-a' },
  { name: 'node-b1', zone: 'zone-b' },
  { name: 'node-b2', zone: 'zone-b' },
] as const satisfies readonly ClusterNode[]

interface RoutedService {
  readonly name: string
  /** Prefix of the paths that go there. */
  readonly path: string
  readonly trafficDistribution: string
  readonly families: readonly ('IPv4' | 'IPv6')[]
}

/** All of them have the same Pods. The first is the page's own. */
export const SERVICES = [
  { name: APP, path: '/zone-routing', trafficDistribution: 'PreferClose', families: ['IPv4'] },
  { name: `${APP}-zone`, path: '/same-zone', trafficDistribution: 'PreferSameZone', families: ['IPv4'] },
  { name: `${APP}-node`, path: '/same-node', trafficDistribution: 'PreferSameNode', families: ['IPv4'] },
  {
    name: DUAL_STACK,
    path: '/dual-stack',
    trafficDistribution: 'PreferSameZone',
    families: ['IPv4', 'IPv6'],
  },
] as const satisfies readonly RoutedService[]

/** As a kubelet would report it. */
export function node({ name, zone }: ClusterNode): object {
  const labels = {
    'kubernetes.io/hostname': name,
    'topology.kubernetes.io/region': 'r1',
    'topology.kubernetes.io/zone': zone,
  }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    status: { allocatable: { cpu: '4', memory: '8Gi' }, conditions: [{ type: 'Ready', status: 'True' }] },
  }
}

export function service({ name, trafficDistribution, families }: RoutedService): object {
  const ports = [{ name: 'http', port: 3000, targetPort: 'http' }]
  const ipFamilyPolicy = families.length === 2 ? 'RequireDualStack' : 'SingleStack'
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: NAMESPACE, labels: { app: APP } },
    spec: { selector: { app: APP }, ports, trafficDistribution, ipFamilyPolicy, ipFamilies: families },
  }
}

/** A Pod in the host's network, since several of them share an address and differ in their ports. */
export function pod(name: string, nodeName: string, port: number): object {
  const containers = [{ name: 'backend', image: 'none', ports: [{ name: 'http', containerPort: port }] }]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels: { app: APP } },
    spec: { nodeName, hostNetwork: true, terminationGracePeriodSeconds: 0, containers },
  }
}

export interface Edge {
  /** Name of the Gateway. */
  readonly name: string
  readonly port: number
}

/** The page's, with a Gateway per Envoy: two Envoys of one Gateway on one machine would share its port. */
export function gatewayObjects(edges: readonly Edge[]): object[] {
  const group = 'gateway.networking.k8s.io'
  const apiVersion = `${group}/v1`
  const gateways = edges.map(({ name, port }) => ({
    apiVersion,
    kind: 'Gateway',
    metadata: { name, namespace: NAMESPACE },
    spec: { gatewayClassName: 'eg', listeners: [{ name: 'http', protocol: 'HTTP', port }] },
  }))
  return [
    {
      apiVersion,
      kind: 'GatewayClass',
      metadata: { name: 'eg' },
      spec: { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' },
    },
    ...gateways,
    {
      apiVersion,
      kind: 'HTTPRoute',
      metadata: { name: 'zone-routing', namespace: NAMESPACE },
      spec: {
        parentRefs: edges.map(({ name }) => ({ name })),
        hostnames: [HOST],
        rules: SERVICES.map(({ name, path }) => ({
          matches: [{ path: { type: 'PathPrefix', value: path } }],
          backendRefs: [{ group: '', kind: 'Service', name, port: 3000, weight: 1 }],
        })),
      },
    },
  ]
}
