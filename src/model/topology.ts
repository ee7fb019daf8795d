import { z } from 'zod'
import { duration, ipAddress, label, portNumber, subdomain, topologyName, weight } from './names.ts'

/** Shapes of the topology part (shared design, section 2). Field names are Kubernetes' wherever it has one. */

const decimal = /^(?:[0-9]+(?:\.[0-9]+)?|[0-9]+m)$/

export const zone = z.strictObject({
  zone: topologyName,
  region: topologyName.optional(),
  /** CPUs, for Topology Aware Routing without nodes. */
  capacity: z.number().gt(0).max(1e9).optional(),
})

export const node = z.strictObject({
  name: subdomain,
  /** '' is a node without the zone label. */
  zone: z.union([z.literal(''), topologyName]).optional(),
  /** Allocatable CPU as Kubernetes writes it ("4", "3920m"); '' is not reported. */
  cpu: z
    .union([
      z.literal(''),
      z.string().max(32).regex(decimal, 'must be a CPU quantity such as "4" or "3920m"'),
    ])
    .optional(),
  ready: z.boolean().optional(),
  controlPlane: z.boolean().optional(),
})

export const servicePort = z.strictObject({
  /** May be left out when the service has one port. */
  name: label.optional(),
  port: portNumber,
  appProtocol: z.string().min(1).max(253).optional(),
})

export const endpoint = z.strictObject({
  /** Unique in its service; default: address and port. */
  name: z.string().min(1).max(253).optional(),
  address: ipAddress,
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

const serviceShape = {
  namespace: label.optional(),
  name: label,
  trafficDistribution: z.enum(['PreferClose', 'PreferSameZone', 'PreferSameNode']).optional(),
  ports: z.array(servicePort).min(1).max(100).optional(),
  connectTimeout: duration.optional(),
}

export const service = z.strictObject({
  ...serviceShape,
  endpoints: z.array(endpoint).max(100_000).optional(),
})

/** What a patch may send on its own: endpoints flap a thousand times as often as settings change. */
export const endpoints = z.strictObject({
  namespace: label.optional(),
  name: label,
  endpoints: z.array(endpoint).max(100_000),
})

export const topology = z.strictObject({
  zones: z.array(zone).optional(),
  nodes: z.array(node).optional(),
  services: z.array(service).optional(),
})

/** Bodies of entries: normalized, with the namespace filled in. */
export type Zone = z.infer<typeof zone>
export type Node = z.infer<typeof node>
export type ServicePort = z.infer<typeof servicePort>
export type Endpoint = z.infer<typeof endpoint> & { name: string }
export type Service = Omit<z.infer<typeof service>, 'endpoints'> & { namespace: string }
export type Endpoints = { namespace: string; name: string; endpoints: Endpoint[] }
