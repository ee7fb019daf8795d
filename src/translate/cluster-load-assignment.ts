import type { AssignedEndpoint, Assignment } from '../locality/assignment.ts'
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
export function clusterLoadAssignment(clusterName: string, assignment: Assignment): object {
  const sent = assignment.endpoints.filter(isSent)
  const scales = weightScales(sent)
  return {
    clusterName,
    endpoints: localityGroups(sent).map(members => localityEndpoints(members, scales, assignment.weighted)),
    policy: { overprovisioningFactor: { value: overprovisioningFactor(assignment) } },
  }
}

type SentEndpoint = AssignedEndpoint & { readonly priority: number }

function isSent(endpoint: AssignedEndpoint): endpoint is SentEndpoint {
  return endpoint.priority !== null
}

/** The members of each locality of each priority: they stand side by side, as an assignment is sorted. */
function localityGroups(sent: readonly SentEndpoint[]): SentEndpoint[][] {
  const groups: SentEndpoint[][] = []
  for (const one of sent) {
    const group = groups.at(-1)
    if (group?.[0] !== undefined && isSameLocality(group[0], one)) group.push(one)
    else groups.push([one])
  }
  return groups
}

function isSameLocality(a: SentEndpoint, b: SentEndpoint): boolean {
  return (
    a.priority === b.priority &&
    a.candidate.region === b.candidate.region &&
    a.candidate.zone === b.candidate.zone &&
    a.candidate.subZone === b.candidate.subZone
  )
}

/** By priority: the factor that brings the sum of its weights below the limit; 1 nearly always. */
function weightScales(sent: readonly SentEndpoint[]): ReadonlyMap<number, number> {
  const sums = new Map<number, number>()
  for (const { priority, candidate } of sent) sums.set(priority, (sums.get(priority) ?? 0) + candidate.weight)
  return new Map(
    [...sums].map(([priority, sum]) => [priority, Math.min(1, (MAX_WEIGHT_SUM - sent.length) / sum)]),
  )
}

function localityEndpoints(
  members: readonly SentEndpoint[],
  scales: ReadonlyMap<number, number>,
  weighted: boolean,
): object {
  const [{ priority, candidate }] = members as [SentEndpoint]
  const scale = scales.get(priority) ?? 1
  const weights = members.map(one => Math.max(1, Math.floor(one.candidate.weight * scale)))
  return {
    locality: { region: candidate.region, zone: candidate.zone, subZone: candidate.subZone },
    priority,
    loadBalancingWeight: { value: weighted ? zoneWeight(members) : sum(weights) },
    lbEndpoints: members.map((one, index) => lbEndpoint(one, weights[index] as number)),
  }
}

function zoneWeight(members: readonly SentEndpoint[]): number {
  return Math.max(1, Math.round(sum(members.map(one => one.portion)) * ZONE_WEIGHTS))
}

function lbEndpoint({ candidate }: SentEndpoint, weight: number): object {
  const additional = candidate.additionalAddresses.map(address => ({
    address: socketAddress(address, candidate.port),
  }))
  return {
    endpoint: {
      address: socketAddress(candidate.address, candidate.port),
      ...(additional.length > 0 && { additionalAddresses: additional }),
    },
    loadBalancingWeight: { value: weight },
  }
}

function socketAddress(address: string, portValue: number): object {
  return { socketAddress: { address, portValue } }
}
