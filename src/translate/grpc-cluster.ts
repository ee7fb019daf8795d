import { PASSIVE_DEFAULTS, type PassiveHealthCheck } from '../model/health-check.ts'
import type { ClusterSettings } from './cluster.ts'
import { FROM_ADS } from './config-source.ts'
import { envoyDuration } from './envoy-duration.ts'
import { grpcHashPolicy } from './grpc-routes.ts'

/**
 * The cluster of one service port for gRPC clients (gRFC A27), as ProtoJSON: what they read of a service's settings, and
 * nothing that one of them refuses. All of them weigh zones; whose turn it is in a zone goes round, which all of them
 * know, or is decided by a hash.
 */
export function grpcCluster(name: string, settings: ClusterSettings): object {
  const { loadBalancer, healthCheck, circuitBreaker } = settings
  const maxRequests = circuitBreaker?.maxParallelRequests
  return {
    name,
    type: 'EDS',
    edsClusterConfig: { edsConfig: FROM_ADS.json },
    // Loads are reported to whoever sent this.
    lrsServer: { self: {} },
    lbPolicy: grpcHashPolicy(loadBalancer) === undefined ? 'ROUND_ROBIN' : 'RING_HASH',
    ...(healthCheck?.passive && grpcOutlierDetection(healthCheck.passive)),
    // gRFC A32: the one limit that they know.
    ...(maxRequests !== undefined && { circuitBreakers: { thresholds: [{ maxRequests }] } }),
  }
}

/**
 * gRPC looks at what became of all calls to an endpoint in an interval, and knows no errors in a row (gRFC A50). So many
 * in a row are here so many calls of which none went well. Success rates, which it would look at by itself, are nothing
 * that a service states, and all fields of the other are said: where one is left out, grpc-js 1.14 throws in a timer
 * (`minimum_hosts` undefined), which ends its program.
 */
function grpcOutlierDetection({
  interval = PASSIVE_DEFAULTS.interval,
  baseEjectionTime = PASSIVE_DEFAULTS.baseEjectionTime,
  maxEjectionPercent = PASSIVE_DEFAULTS.maxEjectionPercent,
  consecutive5XxErrors = PASSIVE_DEFAULTS.consecutive5XxErrors,
}: PassiveHealthCheck): object {
  if (consecutive5XxErrors === 0) return {}
  return {
    outlierDetection: {
      interval: envoyDuration(interval),
      baseEjectionTime: envoyDuration(baseEjectionTime),
      maxEjectionPercent,
      enforcingSuccessRate: 0,
      enforcingFailurePercentage: 100,
      // More of its calls than this fail.
      failurePercentageThreshold: 99,
      failurePercentageRequestVolume: consecutive5XxErrors,
      failurePercentageMinimumHosts: 1,
    },
  }
}
