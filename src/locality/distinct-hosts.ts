import type { Placed } from './assignment.ts'
import type { Host } from './hosts.ts'

/**
 * The hosts that a gRPC client takes: it refuses an assignment that has an address twice, wherever it is. The first one
 * stays. Hosts that are left in no priority leave no gap.
 */
export function distinctHosts<Endpoint extends Placed>(
  hosts: readonly Host<Endpoint>[],
): readonly Host<Endpoint>[] {
  const seen = new Set<string>()
  const isNew = ({ address, additionalAddresses, port }: Host<Endpoint>) => {
    const all = [address, ...additionalAddresses].map(one => `${one} ${port}`)
    if (all.some(one => seen.has(one))) return false
    for (const one of all) seen.add(one)
    return true
  }
  const kept = hosts.filter(isNew)
  if (kept.length === hosts.length) return hosts
  const priorities = [...new Set(kept.map(one => one.priority))]
  return kept.map(one => ({ ...one, priority: priorities.indexOf(one.priority) }))
}
