import { z } from 'zod'
import { circuitBreaker } from './circuit-breaker.ts'
import { healthCheck } from './health-check.ts'
import { loadBalancer } from './load-balancer.ts'
import { localitySettings, sourceDefaults } from './locality-settings.ts'
import {
  ipAddress,
  label,
  optionalTopologyName,
  plainText,
  portNumber,
  positiveDuration,
  subdomain,
  topologyName,
  weight,
} from './names.ts'

/** Shapes of the topology part. Field names are Kubernetes' wherever it has one. */

/** Items of one list of a part, and endpoints of one service. */
export const MAX_ITEMS = 100_000

export const zone = z.strictObject({
  zone: topologyName,
  region: topologyName.optional(),
  /** CPUs, for Topology Aware Routing without nodes. */
  capacity: z.number().gt(0).max(1e9).optional(),
})

export const node = z.strictObject({
  name: subdomain,
  /** '' is a node without the zone label. */
  zone: optionalTopologyName.optional(),
  /** Allocatable CPU as Kubernetes writes it ("4", "3920m"); '' is not reported. */
  cpu: z
    .string()
    .max(32)
    .regex(/^(?:[0-9]+(?:\.[0-9]+)?|[0-9]+m|)$/, 'must be a CPU quantity such as "4" or "3920m", or ""')
    .optional(),
  ready: z.boolean().optional(),
  controlPlane: z.boolean().optional(),
})

export const servicePort = z.strictObject({
  /** May be left out when the service has one port. */
  name: label.optional(),
  port: portNumber,
  appProtocol: plainText.max(253).optional(),
})

export const endpoint = z.strictObject({
  /** Unique in its service; default: address and port. */
  name: plainText.max(253).optional(),
  address: ipAddress,
  /** Dual stack: addresses of the other family. */
  additionalAddresses: z.array(ipAddress).max(8).optional(),
  /** Where it listens, when the service has one port. */
  port: portNumber.optional(),
  /** Where it listens by the name of the service's port, when the service has several. */
  ports: z.record(label, portNumber).optional(),
  region: topologyName.optional(),
  zone: topologyName.optional(),
  subZone: topologyName.optional(),
  node: subdomain.optional(),
  /** null is Kubernetes' unset condition: it gets no computed hint, but is used. */
  ready: z.boolean().nullable().optional(),
  serving: z.boolean().optional(),
  terminating: z.boolean().optional(),
  weight: weight.optional(),
  hints: z
    .strictObject({
      zones: z.array(topologyName).max(8).optional(),
      nodes: z.array(subdomain).max(8).optional(),
    })
    .optional(),
})

/** All of a service but its endpoints: what changes rarely. */
export const serviceSettings = z.strictObject({
  namespace: label.optional(),
  name: label,
  trafficDistribution: z.enum(['PreferClose', 'PreferSameZone', 'PreferSameNode']).optional(),
  /** Topology Aware Routing; it wins over trafficDistribution. */
  topologyMode: z.enum(['Auto']).optional(),
  ports: z.array(servicePort).min(1).max(100).superRefine(checkServicePorts).optional(),
  connectTimeout: positiveDuration.optional(),
  loadBalancer: loadBalancer.optional(),
  healthCheck: healthCheck.optional(),
  circuitBreaker: circuitBreaker.optional(),
  locality: localitySettings.optional(),
  /** `source` keeps it to the proxies and the routes of its own source; `fleet` is what holds without it. */
  scope: z.enum(['fleet', 'source']).optional(),
  /** Of a request and its response together, on average: what traffic between zones is estimated by. */
  bytesPerRequest: z.int().min(1).max(1e12).optional(),
})

const endpointList = z.array(endpoint).max(MAX_ITEMS)

const service = z.strictObject({ ...serviceSettings.shape, endpoints: endpointList.optional() })

/** What a patch may send on its own: endpoints flap a thousand times as often as settings change. */
export const endpoints = z.strictObject({
  namespace: label.optional(),
  name: label,
  endpoints: endpointList,
})

export const topology = z.strictObject({
  defaults: sourceDefaults.optional(),
  zones: z.array(zone).max(MAX_ITEMS).optional(),
  nodes: z.array(node).max(MAX_ITEMS).optional(),
  services: z.array(service).max(MAX_ITEMS).optional(),
})

/** Bodies of entries: normalized, with the namespace filled in. */
export type Zone = z.infer<typeof zone>
export type Node = z.infer<typeof node>
export type ServicePort = z.infer<typeof servicePort>
export type Endpoint = z.infer<typeof endpoint> & { name: string }
export type Service = Omit<z.infer<typeof service>, 'endpoints'> & { namespace: string }
export type Endpoints = { namespace: string; name: string; endpoints: Endpoint[] }

/** Kubernetes' rules for the ports of a Service: numbers and names are unique, several ports need names. */
function checkServicePorts(ports: z.infer<typeof servicePort>[], context: z.RefinementCtx): void {
  const numbers = new Set<number>()
  const names = new Set<string>()
  const refuse = (index: number, field: string, message: string) =>
    context.addIssue({ code: 'custom', path: [index, field], message })
  ports.forEach(({ name, port }, index) => {
    if (numbers.has(port)) refuse(index, 'port', `is given twice: ${port}`)
    if (name !== undefined && names.has(name)) refuse(index, 'name', `is given twice: "${name}"`)
    if (name === undefined && ports.length > 1) {
      refuse(index, 'name', 'is required where a service has several ports')
    }
    numbers.add(port)
    if (name !== undefined) names.add(name)
  })
}
