import { type SliceEndpoint, type SlicePort, targetOf } from './endpoint-slice.ts'
import type { KubernetesObject } from './object-list.ts'
import type { Family } from './service.ts'

/** An endpoint of a service, with those of its ports that no other endpoint of the same address took. */
export interface MergedEndpoint {
  readonly endpoint: SliceEndpoint
  readonly ports: readonly SlicePort[]
  /** The same target in the other family. */
  readonly others: readonly SliceEndpoint[]
}

export interface MergedEndpoints {
  readonly endpoints: readonly MergedEndpoint[]
  /** Slices of the second family of which some endpoint belongs to none of the first. */
  readonly unlinked: readonly KubernetesObject[]
}

/**
 * One list of all slices of a service: each address and port once in a family, and one endpoint for what has an
 * address in both, which then is the one of the first family.
 */
export function mergeEndpoints(all: readonly SliceEndpoint[], first: Family): MergedEndpoints {
  const own = withoutDuplicates(all.filter(({ family }) => family === first))
  const other = withoutDuplicates(all.filter(({ family }) => family !== first))
  if (own.length === 0) return { endpoints: other, unlinked: [] }
  if (other.length === 0) return { endpoints: own, unlinked: [] }
  const byTarget = new Map<string, MergedEndpoint[]>()
  const unlinked = new Set<KubernetesObject>()
  for (const one of other) {
    const key = linkKey(one)
    const known = key === undefined ? 0 : (byTarget.get(key)?.length ?? 0)
    if (key !== undefined && known < MAX_OTHERS) append(byTarget, key, one)
    else unlinked.add(one.endpoint.slice)
  }
  const linked = new Set<string>()
  const endpoints = own.map(one => {
    const key = linkKey(one) ?? ''
    const others = byTarget.get(key)
    if (others === undefined) return one
    linked.add(key)
    return { ...one, others: others.map(({ endpoint }) => endpoint) }
  })
  for (const [key, left] of byTarget) {
    if (!linked.has(key)) for (const { endpoint } of left) unlinked.add(endpoint.slice)
  }
  return { endpoints, unlinked: [...unlinked] }
}

/**
 * kube-proxy (endpointslicecache.go, addEndpoints), for each port of the service: of equal address and port one that
 * does not terminate replaces what was there (a new Pod has the address of a dying one), else the first stays.
 */
function withoutDuplicates(endpoints: readonly SliceEndpoint[]): MergedEndpoint[] {
  const winners = new Map<string, SliceEndpoint>()
  const lost = new Map<SliceEndpoint, string[]>()
  for (const endpoint of endpoints) {
    for (const { name, number } of endpoint.ports) {
      const place = `${name} ${number} ${endpoint.address}`
      const before = winners.get(place)
      if (before === undefined || !endpoint.isTerminating) winners.set(place, endpoint)
      if (before !== undefined) append(lost, endpoint.isTerminating ? endpoint : before, name)
    }
  }
  const merged: MergedEndpoint[] = []
  for (const endpoint of endpoints) {
    const names = lost.get(endpoint)
    const ports = names ? endpoint.ports.filter(({ name }) => !names.includes(name)) : endpoint.ports
    if (ports.length > 0) merged.push({ endpoint, ports, others: NONE })
  }
  return merged
}

const NONE: readonly SliceEndpoint[] = []

/** Additional addresses that the model takes; without an end, slices that name one Pod everywhere would multiply. */
const MAX_OTHERS = 8

/** Equal for the same target with the same ports: additional addresses have no ports of their own. */
function linkKey({ endpoint, ports }: MergedEndpoint): string | undefined {
  const target = targetOf(endpoint)
  if (target === undefined) return undefined
  return `${target} ${ports
    .map(({ name, number }) => `${name}=${number}`)
    .sort()
    .join()}`
}

function append<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}
