import type { Fields } from './fields.ts'
import type { KubernetesObject } from './object-list.ts'
import { type Origin, originAt, placeIn } from './origin.ts'
import { isTopologyAware } from './topology-annotation.ts'

export type Family = 'IPv4' | 'IPv6'

/** A service without its endpoints. */
export interface KubernetesService {
  readonly object: KubernetesObject
  /** The settings of the native service. */
  readonly settings: { readonly namespace: string; readonly name: string }
  /** Names of its TCP ports; the one that has no name has ''. */
  readonly portNames: readonly string[]
  readonly firstFamily: Family
  readonly isTopologyAware: boolean
  readonly origin: Origin
}

/** What the model takes of a service; a cluster may have more, and each endpoint would have all of them. */
const MAX_PORTS = 100

/** The service, unless nothing could be sent to it or it has too many ports; whoever looks for it then finds a warning. */
export function readService(object: KubernetesObject): KubernetesService | undefined {
  const spec = object.fields.object('spec')
  if (spec === undefined) {
    if (!object.fields.has('spec')) object.fields.warnOfObject('left out: without spec it has no port')
    return undefined
  }
  if (spec.text('type') === 'ExternalName') {
    spec.warn('type', 'left out: ExternalName is an alias in DNS and has no endpoints')
    return undefined
  }
  const ports = tcpPorts(spec, object.fields)
  if (ports.length === 0) {
    const detail = 'left out: has no TCP port'
    if (spec.has('ports')) spec.warn('ports', detail)
    else object.fields.warnOfObject(detail)
    return undefined
  }
  if (ports.length > MAX_PORTS) {
    spec.warn('ports', `left out: has more than ${MAX_PORTS} TCP ports`)
    return undefined
  }
  warnOfPolicies(spec)
  const isAuto = isTopologyAware(object.fields)
  const distribution = isAuto ? undefined : trafficDistribution(spec)
  const { namespace, name } = object
  return {
    object,
    settings: {
      namespace,
      name,
      ...(distribution && { trafficDistribution: distribution }),
      ports: ports.map(({ item }) => item),
    } as KubernetesService['settings'],
    portNames: ports.map(({ name: portName }) => portName),
    firstFamily: spec.texts('ipFamilies')[0] === 'IPv6' ? 'IPv6' : 'IPv4',
    isTopologyAware: isAuto,
    origin: originAt(object.fields.pointer, {
      '/name': '/metadata/name',
      '/namespace': '/metadata/namespace',
      '/trafficDistribution': '/spec/trafficDistribution',
      '/topologyMode': '/metadata/annotations',
      '/ports': '/spec/ports',
      ...Object.fromEntries(ports.map(({ place }, index) => [`/ports/${index}`, place])),
    }),
  }
}

interface TcpPort {
  readonly name: string
  readonly item: object
  /** Its place in the Service. */
  readonly place: string
}

/** Without a protocol a port is TCP. */
function tcpPorts(spec: Fields, service: Fields): TcpPort[] {
  return spec.objects('ports').flatMap(port => {
    if ((port.text('protocol') ?? 'TCP') !== 'TCP') return []
    const name = port.text('name') ?? ''
    const appProtocol = port.text('appProtocol')
    const item = {
      ...(name !== '' && { name }),
      port: port.number('port'),
      ...(appProtocol !== undefined && { appProtocol }),
    }
    return [{ name, item, place: placeIn(service, port) }]
  })
}

const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode']

/** What it does not know, the EndpointSlice controller treats as none (endpointslice, reconciler.go). */
function trafficDistribution(spec: Fields): string | undefined {
  const value = spec.text('trafficDistribution')
  if (value === undefined || value === '' || DISTRIBUTIONS.includes(value)) return value
  const known = DISTRIBUTIONS.join(', ')
  spec.warn('trafficDistribution', `is none of ${known}: traffic is cluster-wide, as in Kubernetes`)
  return undefined
}

function warnOfPolicies(spec: Fields): void {
  for (const policy of ['internalTrafficPolicy', 'externalTrafficPolicy']) {
    if (spec.text(policy) !== 'Local') continue
    spec.warn(
      policy,
      'is not followed: endpoints of other nodes are used as well; "PreferSameNode" prefers a node',
    )
  }
  if (spec.text('sessionAffinity') === 'ClientIP') {
    spec.warn('sessionAffinity', 'is not followed: requests of one client may go to several endpoints')
  }
}
