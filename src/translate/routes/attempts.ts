import { durationMilliseconds } from '../../model/duration.ts'
import type { HttpRouteRule } from '../../model/http-route.ts'
import { messageField } from '../../proto/length-delimited.ts'
import { encode } from '../../proto/message.ts'
import { envoyDuration } from '../envoy-duration.ts'
import type { Narrowing } from './narrowed-match.ts'
import { noRetry, retryPolicy } from './retry-policy.ts'

/** How requests are sent on: how long they may take, and what is tried again. */

export type Limits = Pick<HttpRouteRule, 'timeouts' | 'retry'>

/** Requests that are sent on in one way. */
export interface Sending {
  readonly requests: Narrowing['requests']
  /** The retry as it stands in a RouteAction; without one it is what the virtual host has for all. */
  readonly retry?: Uint8Array
  /** What else stands in the Route. */
  readonly fields?: Uint8Array
}

/** Field number of `envoy.config.route.v3.RouteAction.retry_policy`. */
const RETRY_POLICY = 9

/**
 * Adds to what is tried again: Envoy takes the header for itself and sends nobody any (`RetryStateImpl::create`). A whole
 * policy in place of it would be the most of what a rule comes to.
 */
const ALSO_WHAT_WAS_LOST = encode('envoy.config.route.v3.Route', {
  requestHeadersToAdd: [{ header: { key: 'x-envoy-retry-on', value: 'reset' } }],
})

/** Lost requests are repeated for safe methods alone. */
const BY_DEFAULT: readonly Sending[] = [
  { requests: 'safe', fields: ALSO_WHAT_WAS_LOST },
  { requests: 'rest' },
]

/** A gRPC call is never safe: it is a POST. */
export const CALLS: readonly Sending[] = [{ requests: 'all' }]

export function sendings({ timeouts, retry: asked }: Limits): readonly Sending[] {
  const attempt = timeouts?.backendRequest && envoyDuration(timeouts.backendRequest)
  const perTryTimeout = attempt === '0s' ? undefined : attempt
  if (asked === undefined) {
    if (perTryTimeout === undefined) return BY_DEFAULT
    // A timed attempt that ran out counts as lost, and would be made again: the time is for all attempts' sake.
    return [{ requests: 'all', retry: retryField(retryPolicy({ of: 'unseen', perTryTimeout })) }]
  }
  if (asked.attempts === 0) return [{ requests: 'all', retry: retryField(noRetry(perTryTimeout)) }]
  if (perTryTimeout !== undefined) {
    // "any retry attempts which reach the configured BackendRequest timeout … SHOULD schedule the next retry attempt":
    // to Envoy such an attempt is one that was lost.
    return [{ requests: 'all', retry: retryField(retryPolicy({ of: 'any', perTryTimeout, asked })) }]
  }
  return [
    { requests: 'safe', retry: retryField(retryPolicy({ of: 'any', asked })) },
    { requests: 'rest', retry: retryField(retryPolicy({ of: 'unseen', asked })) },
  ]
}

/** Envoy's stream_idle_timeout where nothing is said: five minutes without a byte, whatever the time of the request. */
const IDLE_MILLISECONDS = 300_000

/**
 * Envoy cuts an attempt's time to that of the whole request, 15 s where none is set: a rule that only limits attempts
 * must not be limited by that. Nor may Envoy's limit of silence end what has more time, or all the time.
 */
export function timeoutFields({ timeouts: { request, backendRequest } = {} }: Limits): object {
  const longest = request ?? backendRequest
  if (longest === undefined) return {}
  const milliseconds = durationMilliseconds(longest)
  const timeout = request === undefined ? '0s' : envoyDuration(request)
  if (milliseconds > 0 && milliseconds <= IDLE_MILLISECONDS) return { timeout }
  return { timeout, idleTimeout: envoyDuration(longest) }
}

/**
 * A stream of gRPC lasts as long as it lasts; GRPCRoute has no timeouts, and a deadline is the client's to set. One
 * without a byte for an hour is given up, as Envoy does with a connection without a request.
 */
export const STREAM_TIMEOUTS = { timeout: '0s', idleTimeout: '3600s' }

function retryField(policy: object): Uint8Array {
  return messageField(RETRY_POLICY, [encode('envoy.config.route.v3.RetryPolicy', policy)])
}
