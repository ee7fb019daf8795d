import { REFRESH_DELAY } from '../../model/rest-polling.ts'
import type { RestPolling } from '../../translate/config-source.ts'
import { controlPlaneCluster, isClusterName } from '../streams/control-plane-cluster.ts'

/** What the metadata of a node says of how it asks, and what is wrong with that. */
export interface StatedPolling {
  readonly polling: RestPolling
  readonly warnings: readonly string[]
}

/** `authority`: what the requests call the host. */
export function statedPolling(
  { refreshDelay, xdsCluster }: Readonly<Record<string, unknown>>,
  authority: string,
): StatedPolling {
  const warnings: string[] = []
  const seconds = secondsOf(refreshDelay)
  if (seconds === undefined)
    warnings.push(`node.metadata.refreshDelay must be whole seconds, "1s" to "${REFRESH_DELAY.most}s"`)
  if (xdsCluster !== undefined && !isClusterName(xdsCluster))
    warnings.push('node.metadata.xdsCluster must be the name of a cluster of the bootstrap')
  const cluster = controlPlaneCluster(xdsCluster, authority)
  return { polling: { cluster, refreshDelay: seconds ?? REFRESH_DELAY.default }, warnings }
}

/** undefined: it is none that is taken. */
function secondsOf(text: unknown): number | undefined {
  if (text === undefined) return REFRESH_DELAY.default
  const match = typeof text === 'string' ? /^([1-9][0-9]{0,2})s$/.exec(text) : null
  const seconds = Number(match?.[1])
  return seconds <= REFRESH_DELAY.most ? seconds : undefined
}
