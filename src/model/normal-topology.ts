import { isIP } from 'node:net'
import type { z } from 'zod'
import { normalCircuitBreaker } from './circuit-breaker.ts'
import { normalHealthCheck } from './health-check.ts'
import { normalLoadBalancer } from './load-balancer.ts'
import { normalLocality } from './locality-settings.ts'
import { canonicalAddress } from './names.ts'
import { compare } from './order.ts'
import type { Endpoint, endpoint, Node, Service, serviceSettings, Zone } from './topology.ts'

/**
 * The one form of each item of a topology, whatever way it was written: defaults left out, fields in the order of the
 * schema (a parsed object has that already), lists without an order sorted. Equal meaning is equal text.
 */

/** The name of an entry that is about a zone. */
export function zoneKeyName({ region, zone }: Pick<Zone, 'region' | 'zone'>): string {
  return region === undefined ? zone : `${region}/${zone}`
}

export function normalNode({ name, zone, cpu, ready, controlPlane }: Node): Node {
  return {
    name,
    ...(zone && { zone }),
    ...(cpu && { cpu: canonicalCpu(cpu) }),
    ...(ready === false && { ready }),
    ...(controlPlane && { controlPlane }),
  }
}

/** Whole CPUs, or thousandths where these are not enough; finer ones as they were written. */
function canonicalCpu(cpu: string): string {
  const [whole = '', fraction = ''] = cpu.split('.')
  if (fraction.length > 3) return cpu
  const milli = BigInt(cpu.endsWith('m') ? cpu.slice(0, -1) : `${whole}${fraction.padEnd(3, '0')}`)
  return milli % 1000n === 0n ? `${milli / 1000n}` : `${milli}m`
}

export function normalService(settings: z.output<typeof serviceSettings>): Service {
  const {
    namespace = 'default',
    name,
    trafficDistribution,
    topologyMode,
    ports,
    connectTimeout,
    scope,
    bytesPerRequest,
  } = settings
  return {
    namespace,
    name,
    ...(trafficDistribution && { trafficDistribution }),
    ...(topologyMode && { topologyMode }),
    ...(ports && { ports: [...ports].sort((a, b) => a.port - b.port) }),
    ...(connectTimeout && { connectTimeout }),
    ...normalTrafficSettings(settings),
    ...(scope === 'source' && { scope }),
    ...(bytesPerRequest !== undefined && { bytesPerRequest }),
  }
}

function normalTrafficSettings(settings: z.output<typeof serviceSettings>): Partial<Service> {
  const balancer = settings.loadBalancer && normalLoadBalancer(settings.loadBalancer)
  const checks = settings.healthCheck && normalHealthCheck(settings.healthCheck)
  const limits = settings.circuitBreaker && normalCircuitBreaker(settings.circuitBreaker)
  const locality = settings.locality && normalLocality(settings.locality)
  return {
    ...(balancer && { loadBalancer: balancer }),
    ...(checks && { healthCheck: checks }),
    ...(limits && { circuitBreaker: limits }),
    ...(locality && { locality }),
  }
}

export function normalEndpoint(parsed: z.output<typeof endpoint>): Endpoint {
  const address = canonicalAddress(parsed.address)
  const normal: Endpoint = { name: parsed.name ?? defaultName(address, parsed.port), address }
  const { additionalAddresses: others, port, ports, region, zone, subZone, node, weight } = parsed
  if (others && others.length > 0) normal.additionalAddresses = others.map(canonicalAddress).sort()
  if (port !== undefined) normal.port = port
  if (ports !== undefined) normal.ports = sortedPorts(ports)
  if (region !== undefined) normal.region = region
  if (zone !== undefined) normal.zone = zone
  if (subZone !== undefined) normal.subZone = subZone
  if (node !== undefined) normal.node = node
  if (parsed.ready === false || parsed.ready === null) normal.ready = parsed.ready
  if (parsed.serving === false) normal.serving = false
  if (parsed.terminating === true) normal.terminating = true
  if (weight !== undefined && weight !== 1) normal.weight = weight
  const hints = parsed.hints && normalHints(parsed.hints)
  if (hints !== undefined) normal.hints = hints
  return normal
}

export function defaultName(address: string, port: number | undefined): string {
  if (port === undefined) return address
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`
}

function sortedPorts(ports: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(ports).sort(([a], [b]) => compare(a, b)))
}

/** To a consumer of hints, none and an empty list are the same (Kubernetes: pkg/proxy, topology.go). */
function normalHints({ zones = [], nodes = [] }: NonNullable<Endpoint['hints']>): Endpoint['hints'] {
  if (zones.length === 0 && nodes.length === 0) return undefined
  return {
    ...(zones.length > 0 && { zones: [...new Set(zones)].sort() }),
    ...(nodes.length > 0 && { nodes: [...new Set(nodes)].sort() }),
  }
}
