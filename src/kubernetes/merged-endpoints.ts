import type { SliceEndpoint, SlicePort } from './endpoint-slice.ts'
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
  const byTarget = new Map<string, MergedEndpoint[]>()
  const unlinked = new Set<KubernetesObject>()
  for (const one of other) {
    const key = linkKey(one)
    if (key !== undefined) append(byTarget, key, one)
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
  for (const endpoint of endpoints) {
    for (const port of endpoint.ports) {
      const key = placeKey(endpoint, port)
      if (!endpoint.isTerminating || !winners.has(key)) winners.set(key, endpoint)
    }
  }
  return endpoints.flatMap(endpoint => {
    const ports = endpoint.ports.filter(port => winners.get(placeKey(endpoint, port)) === endpoint)
    return ports.length === 0 ? [] : [{ endpoint, ports, others: [] }]
  })
}

function placeKey({ address }: SliceEndpoint, { name, number }: SlicePort): string {
  return `${name} ${number} ${address}`
}

/** Equal for the same target with the same ports: additional addresses have no ports of their own. */
function linkKey({ endpoint, ports }: MergedEndpoint): string | undefined {
  if (endpoint.target === undefined) return undefined
  return `${endpoint.target} ${ports
    .map(({ name, number }) => `${name}=${number}`)
    .sort()
    .join()}`
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}
