import { PASSIVE_DEFAULTS, type PassiveHealthCheck } from '../model/health-check.ts'
import { envoyDuration } from './envoy-duration.ts'

/** The `outlier_detection` of a cluster: an endpoint whose answers are bad is left alone for a while. */
export function outlierDetection(check: PassiveHealthCheck): object {
  const {
    interval = PASSIVE_DEFAULTS.interval,
    baseEjectionTime = PASSIVE_DEFAULTS.baseEjectionTime,
    consecutiveGatewayErrors = PASSIVE_DEFAULTS.consecutiveGatewayErrors,
  } = check
  return {
    consecutive5xx: check.consecutive5XxErrors ?? PASSIVE_DEFAULTS.consecutive5XxErrors,
    interval: envoyDuration(interval),
    baseEjectionTime: envoyDuration(baseEjectionTime),
    maxEjectionPercent: check.maxEjectionPercent ?? PASSIVE_DEFAULTS.maxEjectionPercent,
    // By itself Envoy counts these and does nothing about them.
    ...(consecutiveGatewayErrors > 0 && {
      consecutiveGatewayFailure: consecutiveGatewayErrors,
      enforcingConsecutiveGatewayFailure: 100,
    }),
    ...(check.splitExternalLocalOriginErrors && {
      splitExternalLocalOriginErrors: true,
      consecutiveLocalOriginFailure:
        check.consecutiveLocalOriginFailures ?? PASSIVE_DEFAULTS.consecutiveLocalOriginFailures,
    }),
    alwaysEjectOneHost: check.alwaysEjectOneEndpoint ?? PASSIVE_DEFAULTS.alwaysEjectOneEndpoint,
  }
}
