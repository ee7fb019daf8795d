import type { Map as ImmutableMap } from 'immutable'
import { endpointCount } from '../model/endpoint-count.ts'
import type { Entry } from '../model/entry.ts'

/** By source: how many endpoints its services list. A source without any is left out. */
export type EndpointCounts = ImmutableMap<string, number>

/** The counts when the list of endpoints of one of a source's services becomes another. */
export function recounted(
  counts: EndpointCounts,
  source: string,
  before: Entry | undefined,
  after: Entry | undefined,
): EndpointCounts {
  if (before === after) return counts
  const count = (counts.get(source) ?? 0) + listed(after) - listed(before)
  return count === 0 ? counts.delete(source) : counts.set(source, count)
}

function listed(endpoints: Entry | undefined): number {
  return endpoints === undefined ? 0 : endpointCount(endpoints.body)
}
