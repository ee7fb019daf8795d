import type { Lineup, Placed } from '../locality/assignment.ts'
import type { Host } from '../locality/hosts.ts'
import { overprovisioningFactor } from '../locality/overprovisioning.ts'
import { MessageScratch } from '../proto/message-scratch.ts'

/** gRPC and Envoy sum the weights of a priority in 32 bits, unsigned. */
const MAX_WEIGHT_SUM = 2 ** 32 - 1

/** To what the weights of a priority's localities sum, about, where zones have weights of their own. */
const ZONE_WEIGHTS = 1_000_000

/** Field numbers of the messages. */
const ASSIGNMENT = { clusterName: 1, endpoints: 2, policy: 4 }
const POLICY = { overprovisioningFactor: 3 }
const LOCALITY_ENDPOINTS = { locality: 1, lbEndpoints: 2, loadBalancingWeight: 3, priority: 5 }
const LOCALITY = { region: 1, zone: 2, subZone: 3 }
const LB_ENDPOINT = { endpoint: 1, loadBalancingWeight: 4 }
const ENDPOINT = { address: 1, additionalAddresses: 4 }
const ADDITIONAL_ADDRESS = { address: 1 }
const ADDRESS = { socketAddress: 1 }
const SOCKET_ADDRESS = { address: 2, portValue: 3 }
const WRAPPED_NUMBER = { value: 1 }

const message = new MessageScratch()

/**
 * The bytes of an `envoy.config.endpoint.v3.ClusterLoadAssignment`, until the next is made: the hot path, one is made for
 * each changed service and class of viewpoints. Endpoints stand in their true localities, no locality twice in a
 * priority, no gap between priorities; every locality carries a weight, which proxyless gRPC needs and Envoy ignores
 * unless its cluster asks for it.
 */
export function clusterLoadAssignment(
  clusterName: string,
  lineup: Pick<Lineup, 'weighted' | 'spillover'>,
  hosts: readonly Host<Placed>[],
): Buffer {
  message.begin()
  message.text(ASSIGNMENT.clusterName, clusterName)
  let from = 0
  let scale = 1
  for (let to = 1; to <= hosts.length; to++) {
    const first = hosts[from] as Host<Placed>
    const next = hosts[to]
    if (next !== undefined && isSameLocality(first, next)) continue
    if (first.priority !== hosts[from - 1]?.priority) scale = weightScale(hosts, from)
    writeLocality(hosts.slice(from, to), scale, lineup.weighted)
    from = to
  }
  const policy = message.open(ASSIGNMENT.policy)
  writeWrapped(POLICY.overprovisioningFactor, overprovisioningFactor(lineup))
  message.close(policy)
  return message.written
}

function isSameLocality(a: Host<Placed>, b: Host<Placed>): boolean {
  return a.priority === b.priority && a.region === b.region && a.zone === b.zone && a.subZone === b.subZone
}

/** The factor that brings the sum of a priority's weights below the limit; 1 nearly always. Its hosts begin at `from`. */
function weightScale(hosts: readonly Host<Placed>[], from: number): number {
  const priority = hosts[from]?.priority
  let sum = 0
  for (let index = from; hosts[index]?.priority === priority; index++)
    sum += (hosts[index] as Host<Placed>).weight
  return Math.min(1, (MAX_WEIGHT_SUM - hosts.length) / sum)
}

/** `members`: its hosts, at least one. */
function writeLocality(members: readonly Host<Placed>[], scale: number, weighted: boolean): void {
  const [{ priority, region, zone, subZone }] = members as [Host<Placed>]
  const endpoints = message.open(ASSIGNMENT.endpoints)
  const locality = message.open(LOCALITY_ENDPOINTS.locality)
  message.text(LOCALITY.region, region)
  message.text(LOCALITY.zone, zone)
  message.text(LOCALITY.subZone, subZone)
  message.close(locality)
  let sum = 0
  let portions = 0
  for (const one of members) {
    const weight = Math.max(1, Math.floor(one.weight * scale))
    writeHost(one, weight)
    sum += weight
    portions += one.portion
  }
  const zoneWeight = Math.max(1, Math.round(portions * ZONE_WEIGHTS))
  writeWrapped(LOCALITY_ENDPOINTS.loadBalancingWeight, weighted ? zoneWeight : sum)
  message.number(LOCALITY_ENDPOINTS.priority, priority)
  message.close(endpoints)
}

function writeHost({ address, additionalAddresses, port }: Host<Placed>, weight: number): void {
  const host = message.open(LOCALITY_ENDPOINTS.lbEndpoints)
  const endpoint = message.open(LB_ENDPOINT.endpoint)
  writeAddress(ENDPOINT.address, address, port)
  for (const other of additionalAddresses) {
    const additional = message.open(ENDPOINT.additionalAddresses)
    writeAddress(ADDITIONAL_ADDRESS.address, other, port)
    message.close(additional)
  }
  message.close(endpoint)
  writeWrapped(LB_ENDPOINT.loadBalancingWeight, weight)
  message.close(host)
}

function writeAddress(fieldNumber: number, address: string, port: number): void {
  const outer = message.open(fieldNumber)
  const socket = message.open(ADDRESS.socketAddress)
  message.text(SOCKET_ADDRESS.address, address)
  message.number(SOCKET_ADDRESS.portValue, port)
  message.close(socket)
  message.close(outer)
}

/** A `google.protobuf.UInt32Value`. */
function writeWrapped(fieldNumber: number, value: number): void {
  const wrapped = message.open(fieldNumber)
  message.number(WRAPPED_NUMBER.value, value)
  message.close(wrapped)
}
