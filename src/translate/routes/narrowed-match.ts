import { encode } from '../../proto/message.ts'

/** The part of a match's requests that one Envoy route of it is for. */
export interface Narrowing {
  /**
   * `safe`: those of a safe method; `rest`: what the safe ones before it leave; `preflight`: what a browser asks before
   * a cross-origin request that the match takes (https://fetch.spec.whatwg.org/#cors-preflight-request).
   */
  readonly requests: 'all' | 'safe' | 'rest' | 'preflight'
  /** What else headers must be: `envoy.config.route.v3.HeaderMatcher`. */
  readonly headers?: readonly object[]
  /** Millionths of the requests, counted from the first: what the parts before it took is theirs. All without it. */
  readonly shareEnd?: number | undefined
}

/** RFC 9110, section 9.2.1; TRACE is not for proxies to repeat. */
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']
const SAFE_METHOD = { name: ':method', stringMatch: { safeRegex: { regex: SAFE_METHODS.join('|') } } }

const ROUTE_MATCH = 'envoy.config.route.v3.RouteMatch'

/** By the requests and the method: few, and nearly all that there is of narrowing. */
const byMethods = new Map<string, Uint8Array | undefined>()

/**
 * What stands in the Envoy match of that part, encoded, behind the match of all of them; undefined when no request is
 * left.
 */
export function narrowing(
  method: string | undefined,
  { requests, headers = [], shareEnd }: Narrowing,
): Uint8Array | undefined {
  const key = `${requests} ${method ?? ''}`
  if (!byMethods.has(key)) byMethods.set(key, encodedMethods(requests, method))
  const methods = byMethods.get(key)
  if (methods === undefined || (headers.length === 0 && shareEnd === undefined)) return methods
  const others = encode(ROUTE_MATCH, {
    headers,
    ...(shareEnd !== undefined && {
      runtimeFraction: { defaultValue: { numerator: shareEnd, denominator: 'MILLION' } },
    }),
  })
  return Buffer.concat([methods, others])
}

function encodedMethods(requests: Narrowing['requests'], method: string | undefined): Uint8Array | undefined {
  const headers = methodMatchers(requests, method)
  return headers && encode(ROUTE_MATCH, { headers })
}

function methodMatchers(requests: Narrowing['requests'], method: string | undefined): object[] | undefined {
  const own = method === undefined ? [] : [exactly(':method', method)]
  const isSafe = method !== undefined && SAFE_METHODS.includes(method)
  switch (requests) {
    case 'all':
      return own
    case 'safe':
      if (method === undefined) return [SAFE_METHOD]
      return isSafe ? own : undefined
    case 'rest':
      return isSafe ? undefined : own
    case 'preflight':
      return preflightMatchers(method)
  }
}

/** A preflight is an OPTIONS request that names the method to come: a match of POST is asked for by OPTIONS too. */
function preflightMatchers(method: string | undefined): object[] {
  const name = 'access-control-request-method'
  const isForAny = method === undefined || method === 'OPTIONS'
  return [
    exactly(':method', 'OPTIONS'),
    { name: 'origin', presentMatch: true },
    isForAny ? { name, presentMatch: true } : exactly(name, method),
  ]
}

function exactly(name: string, value: string): object {
  return { name, stringMatch: { exact: value } }
}
