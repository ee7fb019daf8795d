import { z } from 'zod'
import { type ActiveHealthCheck, activeHealthCheck, normalActiveHealthCheck } from './active-health-check.ts'
import { positiveDuration } from './names.ts'
import { unlessEmpty, withoutDefaults } from './without-defaults.ts'

/**
 * How the endpoints of a service are found unfit, field for field as in Envoy Gateway's BackendTrafficPolicy. Its
 * defaults too, but for three that are measured to lose requests with few endpoints in a zone (see `PASSIVE_DEFAULTS`,
 * `PANIC_THRESHOLD`).
 */

/** How often in a row; 0 is not counted. */
const failures = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)

const percent = z.int().min(0).max(100)

const passiveHealthCheck = z.strictObject({
  splitExternalLocalOriginErrors: z.boolean().optional(),
  interval: positiveDuration.optional(),
  /** Counts only where `splitExternalLocalOriginErrors` is true. */
  consecutiveLocalOriginFailures: failures.optional(),
  consecutiveGatewayErrors: failures.optional(),
  consecutive5XxErrors: failures.optional(),
  baseEjectionTime: positiveDuration.optional(),
  maxEjectionPercent: percent.optional(),
  alwaysEjectOneEndpoint: z.boolean().optional(),
})

export const healthCheck = z.strictObject({
  active: activeHealthCheck.optional(),
  passive: passiveHealthCheck.optional(),
  /** Fewer healthy endpoints than this, in percent, and all are used; 0: never, requests are answered 503. */
  panicThreshold: percent.optional(),
})

export type PassiveHealthCheck = z.infer<typeof passiveHealthCheck>
export interface HealthCheck {
  active?: ActiveHealthCheck | undefined
  passive?: PassiveHealthCheck | undefined
  panicThreshold?: number | undefined
}

/**
 * Envoy Gateway's, but that all endpoints may be ejected: with its 10 % the only endpoint of a zone stays in use though
 * every request to it fails (measured: 820 of 820).
 */
export const PASSIVE_DEFAULTS = {
  splitExternalLocalOriginErrors: false,
  interval: '3s',
  consecutiveLocalOriginFailures: 5,
  consecutiveGatewayErrors: 0,
  consecutive5XxErrors: 5,
  baseEjectionTime: '30s',
  maxEjectionPercent: 100,
  alwaysEjectOneEndpoint: true,
} as const satisfies PassiveHealthCheck

/**
 * When Envoy panics it takes no notice of health and spreads requests over all endpoints of all priorities. It does so
 * when the healthy ones are fewer than this share, and all priorities together cannot carry the load.
 *
 * We keep the panic, since traffic then goes on somewhere (48 and 52 % of two endpoints) where 0 answers all of it 503:
 * a check that is wrong (a mistyped path) must not take a service down, nor one whose endpoints are all so new that
 * none was checked. But we keep it for when nothing is left. Envoy's 50 would, as soon as a service spills over early,
 * send requests to the dead half while the other half is well. Envoy takes whole percents, so that 1 is the least.
 */
export const PANIC_THRESHOLD = 1

/** undefined where nothing is checked. */
export function normalHealthCheck({ active, passive, panicThreshold }: HealthCheck): HealthCheck | undefined {
  return unlessEmpty(
    withoutDefaults<HealthCheck>(
      {
        active: active && normalActiveHealthCheck(active),
        passive: passive && withoutDefaults<PassiveHealthCheck>(passive, PASSIVE_DEFAULTS),
        panicThreshold,
      },
      { panicThreshold: PANIC_THRESHOLD },
    ),
  )
}
