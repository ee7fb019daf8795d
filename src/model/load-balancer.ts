import { z } from 'zod'
import { headerName } from './http-header.ts'
import { duration, positiveDuration } from './names.ts'
import { compare } from './order.ts'
import { refuse } from './refusals.ts'
import { unlessEmpty, withoutDefaults } from './without-defaults.ts'

/** Envoy Gateway's LoadBalancer: which of the endpoints that an Envoy may use gets the next request. */

/** Values go into a Set-Cookie header, where ";" begins the next attribute. */
const cookieAttribute = z
  .string()
  .max(256)
  .regex(/^[ -:<-~]*$/, 'must have only visible ASCII characters and spaces, and no ";"')

const cookie = z.strictObject({
  name: headerName,
  /** How long a cookie lives that Envoy gives to who has none, "0s" for the session; without it Envoy gives none. */
  ttl: duration.optional(),
  attributes: z.record(headerName, cookieAttribute).optional(),
})

const consistentHash = z
  .strictObject({
    type: z.enum(['SourceIP', 'Header', 'Cookie']),
    header: z.strictObject({ name: headerName }).optional(),
    cookie: cookie.optional(),
    tableSize: z.int().min(2).max(5_000_011).refine(isPrime, 'must be a prime number').optional(),
  })
  .superRefine(checkHashed)

export const loadBalancer = z
  .strictObject({
    type: z.enum(['LeastRequest', 'RoundRobin', 'Random', 'ConsistentHash']).optional(),
    consistentHash: consistentHash.optional(),
    slowStart: z.strictObject({ window: positiveDuration }).optional(),
  })
  .superRefine(checkBalancer)

type ConsistentHash = z.infer<typeof consistentHash>
export type LoadBalancer = z.infer<typeof loadBalancer>

const HASHED = { Header: 'header', Cookie: 'cookie' } as const

/** CEL rules of the CRD: what is hashed is described where it needs to be, and nothing else. */
function checkHashed(
  hash: { type: string; header?: object | undefined; cookie?: object | undefined },
  context: z.RefinementCtx,
): void {
  for (const [type, field] of Object.entries(HASHED)) {
    if (type === hash.type && hash[field] === undefined) {
      refuse(context, [field], `is required for a hash of type ${type}`)
    }
    if (type !== hash.type && hash[field] !== undefined) {
      refuse(context, [field], `must be left out of a hash of type ${hash.type}`)
    }
  }
}

/** CEL rules of the CRD. */
function checkBalancer(
  balancer: {
    type?: string | undefined
    consistentHash?: object | undefined
    slowStart?: object | undefined
  },
  context: z.RefinementCtx,
): void {
  const { type = 'LeastRequest' } = balancer
  const isHash = type === 'ConsistentHash'
  if (isHash && balancer.consistentHash === undefined) {
    refuse(context, ['consistentHash'], 'is required for type ConsistentHash')
  }
  if (!isHash && balancer.consistentHash !== undefined) {
    refuse(context, ['consistentHash'], `must be left out of type ${type}`)
  }
  if ((isHash || type === 'Random') && balancer.slowStart !== undefined) {
    refuse(context, ['slowStart'], `must be left out of type ${type}: LeastRequest and RoundRobin have it`)
  }
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) {
    if (number % divisor === 0) return false
  }
  return true
}

/** undefined where it is the default, least request. */
export function normalLoadBalancer({
  consistentHash: hash,
  ...balancer
}: LoadBalancer): LoadBalancer | undefined {
  return unlessEmpty(
    withoutDefaults<LoadBalancer>(
      { type: balancer.type, consistentHash: hash && normalHash(hash), slowStart: balancer.slowStart },
      { type: 'LeastRequest' },
    ),
  )
}

/** Names of headers are equal whatever their case; those of cookies are not. */
function normalHash({ type, header, cookie, tableSize }: ConsistentHash): ConsistentHash {
  return withoutDefaults<ConsistentHash>(
    {
      type,
      header: header && { name: header.name.toLowerCase() },
      cookie: cookie && normalCookie(cookie),
      tableSize,
    },
    { tableSize: 65_537 },
  )
}

function normalCookie({ name, ttl, attributes = {} }: NonNullable<ConsistentHash['cookie']>) {
  const sorted = Object.entries(attributes).sort(([a], [b]) => compare(a, b))
  return withoutDefaults<NonNullable<ConsistentHash['cookie']>>({
    name,
    ttl,
    attributes: unlessEmpty(Object.fromEntries(sorted)),
  })
}
