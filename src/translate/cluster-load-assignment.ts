import type { Assignment } from '../locality/assignment.ts'
import { type Host, hostsOf } from '../locality/hosts.ts'
import { overprovisioningFactor } from '../locality/overprovisioning.ts'
import { sum } from '../locality/sum.ts'

/** gRPC and Envoy sum the weights of a priority in 32 bits, unsigned. */
const MAX_WEIGHT_SUM = 2 ** 32 - 1

/** To what the weights of a priority's localities sum, about, where zones have weights of their own. */
const ZONE_WEIGHTS = 1_000_000

/**
 * The `envoy.config.endpoint.v3.ClusterLoadAssignment` of an assignment, in protobufjs' own form of a message (the
 * hot path: one is made for each changed service and class of viewpoints). Endpoints stand in their true localities,
 * no locality twice in a priority, no gap between priorities; every locality carries a weight, which proxyless gRPC
 * needs and Envoy ignores unless its cluster asks for it.
 */
export function clusterLoadAssignment(
  clusterName: string,
  assignment: Assignment,
  hosts: readonly Host[] = hostsOf(assignment),
): object {
  const scales = weightScales(hosts)
  return {
    clusterName,
    endpoints: localityGroups(hosts).map(members => localityEndpoints(members, scales, assignment.weighted)),
    policy: { overprovisioningFactor: { value: overprovisioningFactor(assignment) } },
  }
}

/** The members of each locality of each priority: they stand side by side. */
function localityGroups(hosts: readonly Host[]): Host[][] {
  const groups: Host[][] = []
  for (const one of hosts) {
    const group = groups.at(-1)
    if (group?.[0] !== undefined && isSameLocality(group[0], one)) group.push(one)
    else groups.push([one])
  }
  return groups
}

function isSameLocality(a: Host, b: Host): boolean {
  return a.priority === b.priority && a.region === b.region && a.zone === b.zone && a.subZone === b.subZone
}

/** By priority: the factor that brings the sum of its weights below the limit; 1 nearly always. */
function weightScales(hosts: readonly Host[]): ReadonlyMap<number, number> {
  const sums = new Map<number, number>()
  for (const { priority, weight } of hosts) sums.set(priority, (sums.get(priority) ?? 0) + weight)
  return new Map(
    [...sums].map(([priority, sum]) => [priority, Math.min(1, (MAX_WEIGHT_SUM - hosts.length) / sum)]),
  )
}

function localityEndpoints(
  members: readonly Host[],
  scales: ReadonlyMap<number, number>,
  weighted: boolean,
): object {
  const [{ priority, region, zone, subZone }] = members as [Host]
  const scale = scales.get(priority) ?? 1
  const weights = members.map(one => Math.max(1, Math.floor(one.weight * scale)))
  return {
    locality: { region, zone, subZone },
    priority,
    loadBalancingWeight: { value: weighted ? zoneWeight(members) : sum(weights) },
    lbEndpoints: members.map((one, index) => lbEndpoint(one, weights[index] as number)),
  }
}

function zoneWeight(members: readonly Host[]): number {
  return Math.max(1, Math.round(sum(members.map(one => one.portion)) * ZONE_WEIGHTS))
}

function lbEndpoint({ address, additionalAddresses, port }: Host, weight: number): object {
  const additional = additionalAddresses.map(other => ({ address: socketAddress(other, port) }))
  return {
    endpoint: {
      address: socketAddress(address, port),
      ...(additional.length > 0 && { additionalAddresses: additional }),
    },
    loadBalancingWeight: { value: weight },
  }
}

function socketAddress(address: string, portValue: number): object {
  return { socketAddress: { address, portValue } }
}
