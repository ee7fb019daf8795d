import { encodeDiscoveryResource, versionOf } from '../../src/proto/discovery-resource.ts'
import { messageField } from '../../src/proto/length-delimited.ts'
import { encode } from '../../src/proto/message.ts'
import { messageNameOf, TYPE_URLS } from '../../src/proto/type-urls.ts'
import { cluster } from '../../src/translate/cluster.ts'
import { FROM_ADS } from '../../src/translate/config-source.ts'
import { httpListener } from '../../src/translate/listener.ts'
import { translateRoute } from '../../src/translate/routes/route-translation.ts'
import { serviceName, type Workload } from '../compare/workload.ts'

const LISTENER = 'listener-main'
/** Field number of `envoy.config.route.v3.RouteConfiguration.virtual_hosts`. */
const VIRTUAL_HOSTS = 2

/** Encoded `Resource` messages by type, of the shapes that Vicinity sends: all that there is but the assignments. */
export function preparedResources(workload: Workload): ReadonlyMap<string, readonly Uint8Array[]> {
  const names = Array.from({ length: workload.services }, (_, service) => serviceName(service))
  const listener = httpListener(LISTENER, { name: 'http', port: 10_000, protocol: 'HTTP' }, FROM_ADS)
  return new Map([
    [TYPE_URLS.listener, [jsonResource(TYPE_URLS.listener, LISTENER, listener)]],
    [TYPE_URLS.routes, [resource(TYPE_URLS.routes, LISTENER, routes(names))]],
    [TYPE_URLS.cluster, names.map(name => resource(TYPE_URLS.cluster, name, clusterOf(name)))],
  ])
}

/** `changes`: how often its first endpoint has changed. */
export function preparedAssignment(
  { endpoints, zones }: Workload,
  service: number,
  changes: number,
): Uint8Array {
  const hosts = Array.from({ length: endpoints }, (_, index) => ({
    zone: index % zones,
    endpoint: {
      address: {
        socketAddress: {
          address: `10.${service >> 8}.${service & 255}.${index}`,
          portValue: 8080 + (index === 0 ? changes % 1_000 : 0),
        },
      },
    },
  }))
  const name = serviceName(service)
  return jsonResource(TYPE_URLS.endpoints, name, {
    clusterName: name,
    endpoints: Array.from({ length: zones }, (_, zone) => ({
      locality: { region: 'region-0', zone: `zone-${zone}` },
      priority: Math.min(zone, 1),
      loadBalancingWeight: endpoints,
      lbEndpoints: hosts
        .filter(host => host.zone === zone)
        .map(({ endpoint }) => ({ endpoint, loadBalancingWeight: 1 })),
    })),
    policy: { overprovisioningFactor: 100_000 },
  })
}

function clusterOf(name: string): Uint8Array {
  return cluster(name, {
    hostname: `${name}.default`,
    settings: {},
    isHttp2: false,
    weighsZones: false,
    endpointsFrom: FROM_ADS,
  })
}

/** One host with a route to each. */
function routes(names: readonly string[]): Uint8Array {
  const matches = names.flatMap(name => {
    const path = { type: 'PathPrefix', value: `/${name}` } as const
    const backendRefs = [{ namespace: 'default', name, port: 8080 }]
    return translateRoute(
      {
        kind: 'HTTPRoute',
        namespace: 'default',
        name,
        gateways: ['bench'],
        rules: [{ matches: [{ path }], backendRefs }],
      },
      { source: 'bench', created: 1, port: 10_000, cluster: () => name, hashPolicy: () => undefined },
    ).matches
  })
  const head = encode('envoy.config.route.v3.VirtualHost', { name: '*', domains: ['*'] })
  return Buffer.concat([
    encode('envoy.config.route.v3.RouteConfiguration', { name: LISTENER }),
    messageField(VIRTUAL_HOSTS, [head, ...matches.map(one => one.encoded)]),
  ])
}

function jsonResource(typeUrl: string, name: string, json: object): Uint8Array {
  return resource(typeUrl, name, encode(messageNameOf(typeUrl), json))
}

function resource(typeUrl: string, name: string, body: Uint8Array): Uint8Array {
  return encodeDiscoveryResource(name, versionOf(body), typeUrl, body)
}
