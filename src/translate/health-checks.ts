import {
  ACTIVE_DEFAULTS,
  type ActiveHealthCheck,
  type HealthCheckPayload,
  type HttpHealthCheck,
} from '../model/active-health-check.ts'
import { envoyDuration } from './envoy-duration.ts'

/** What the endpoints of one cluster are spoken to as. */
export interface CheckedCluster {
  /** What a check calls its endpoints where it says no name: a name of ours with "/" is no good Host header. */
  readonly hostname: string
  readonly isHttp2: boolean
}

/**
 * The `health_checks` of a cluster. `noTrafficInterval` is the interval: by itself Envoy waits for 60 s with a cluster
 * that had no traffic yet, and learned nothing for 25 s while its endpoints died (measured).
 */
export function healthChecks(check: ActiveHealthCheck, cluster: CheckedCluster): object[] {
  const checker = checkerOf(check, cluster)
  if (checker === undefined) return []
  const {
    timeout = ACTIVE_DEFAULTS.timeout,
    interval = ACTIVE_DEFAULTS.interval,
    unhealthyThreshold = ACTIVE_DEFAULTS.unhealthyThreshold,
    healthyThreshold = ACTIVE_DEFAULTS.healthyThreshold,
  } = check
  return [
    {
      timeout: envoyDuration(timeout),
      interval: envoyDuration(interval),
      noTrafficInterval: envoyDuration(interval),
      unhealthyThreshold,
      healthyThreshold,
      ...checker,
    },
  ]
}

function checkerOf(
  { type, http, grpc, tcp }: ActiveHealthCheck,
  cluster: CheckedCluster,
): object | undefined {
  switch (type) {
    case 'HTTP':
      return http && { httpHealthCheck: httpChecker(http, cluster) }
    case 'GRPC':
      // Envoy refuses the cluster of a port that is not spoken to in HTTP/2.
      if (!cluster.isHttp2) return undefined
      return {
        grpcHealthCheck: { ...(grpc?.service && { serviceName: grpc.service }), authority: cluster.hostname },
      }
    case 'TCP':
      return {
        tcpHealthCheck: {
          ...(tcp?.send && { send: payload(tcp.send) }),
          ...(tcp?.receive && { receive: [payload(tcp.receive)] }),
        },
      }
  }
}

function httpChecker(check: HttpHealthCheck, { hostname, isHttp2 }: CheckedCluster): object {
  return {
    host: check.hostname ?? hostname,
    path: check.path,
    ...(check.method && { method: check.method }),
    ...(check.expectedStatuses && { expectedStatuses: statusRanges(check.expectedStatuses) }),
    ...(check.retriableStatuses && { retriableStatuses: statusRanges(check.retriableStatuses) }),
    ...(isHttp2 && { codecClientType: 'HTTP2' }),
  }
}

/** Envoy's ranges are half-open: the end is the first status that is not meant. Sorted numbers, each once. */
function statusRanges(statuses: readonly number[]): object[] {
  const ranges: { start: number; end: number }[] = []
  for (const status of statuses) {
    const last = ranges.at(-1)
    if (last?.end === status) last.end += 1
    else ranges.push({ start: status, end: status + 1 })
  }
  return ranges
}

/** Envoy takes the bytes in hexadecimal digits. */
function payload(given: HealthCheckPayload): object {
  const bytes = given.type === 'Text' ? Buffer.from(given.text, 'utf8') : Buffer.from(given.binary, 'base64')
  return { text: bytes.toString('hex') }
}
