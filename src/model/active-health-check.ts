import { z } from 'zod'
import { oneOf } from './later.ts'
import { plainText, positiveDuration, subdomain } from './names.ts'
import { compare } from './order.ts'
import { refuse } from './refusals.ts'
import { unlessEmpty, withoutDefaults } from './without-defaults.ts'

/** Envoy Gateway's ActiveHealthCheck: what each Envoy asks every endpoint again and again. */

/** Envoy takes none outside of these. */
const statuses = z.array(z.int().min(100).max(599)).max(500)

const httpCheck = z.strictObject({
  /** Host of the request; default: the service's name and namespace, "web.default". */
  hostname: subdomain.optional(),
  path: z
    .string()
    .max(1024)
    .regex(/^\/[!-~]*$/, 'must begin with "/" and have only visible ASCII characters'),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH']).optional(),
  /** Default: 200 alone. */
  expectedStatuses: statuses.optional(),
  /** What counts towards `unhealthyThreshold`. Any other status that is not expected is unhealthy at once. */
  retriableStatuses: statuses.optional(),
})

const grpcCheck = z.strictObject({
  /** What grpc.health.v1.Health is asked about; default: the whole server. */
  service: plainText.max(253).optional(),
})

const payload = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('Text'),
      text: z.string().min(1).max(1024).refine(isWellFormed, 'must not contain unpaired surrogates'),
    }),
    z.strictObject({
      type: z.literal('Binary'),
      binary: z.base64('must be base64 (RFC 4648, section 4)').min(4).max(1368),
    }),
  ],
  { error: oneOf('type', []) },
)

/** Without either a connection is enough. */
const tcpCheck = z.strictObject({ send: payload.optional(), receive: payload.optional() })

const threshold = z
  .int()
  .min(1)
  .max(2 ** 32 - 1)

export const activeHealthCheck = z
  .strictObject({
    type: z.enum(['HTTP', 'GRPC', 'TCP']),
    timeout: positiveDuration.optional(),
    interval: positiveDuration.optional(),
    unhealthyThreshold: threshold.optional(),
    healthyThreshold: threshold.optional(),
    http: httpCheck.optional(),
    grpc: grpcCheck.optional(),
    tcp: tcpCheck.optional(),
  })
  .superRefine(checkKind)

export type ActiveHealthCheck = z.infer<typeof activeHealthCheck>
export type HttpHealthCheck = z.infer<typeof httpCheck>
export type HealthCheckPayload = z.infer<typeof payload>

export const ACTIVE_DEFAULTS = {
  timeout: '1s',
  interval: '3s',
  unhealthyThreshold: 3,
  healthyThreshold: 1,
} as const

const SETTINGS = { HTTP: 'http', GRPC: 'grpc', TCP: 'tcp' } as const

/** CEL rules of the CRD: a check has the settings of its own type only, and one by HTTP needs them. */
function checkKind(
  check: z.infer<z.ZodObject<typeof activeHealthCheck.shape>>,
  context: z.RefinementCtx,
): void {
  if (check.type === 'HTTP' && check.http === undefined) {
    refuse(context, ['http'], 'is required for a check of type HTTP')
  }
  for (const [type, field] of Object.entries(SETTINGS)) {
    if (type === check.type || check[field] === undefined) continue
    refuse(context, [field], `must be left out of a check of type ${check.type}`)
  }
}

function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text)
}

export function normalActiveHealthCheck({ http, grpc, tcp, ...check }: ActiveHealthCheck): ActiveHealthCheck {
  return withoutDefaults<ActiveHealthCheck>(
    {
      ...check,
      http: http && normalHttpCheck(http),
      grpc: grpc && unlessEmpty(grpc),
      tcp: tcp && unlessEmpty(tcp),
    },
    ACTIVE_DEFAULTS,
  )
}

function normalHttpCheck({
  expectedStatuses,
  retriableStatuses,
  ...check
}: HttpHealthCheck): HttpHealthCheck {
  const expected = normalStatuses(expectedStatuses)
  const only200 = expected?.length === 1 && expected[0] === 200
  return withoutDefaults<HttpHealthCheck>(
    {
      ...check,
      expectedStatuses: only200 ? undefined : expected,
      retriableStatuses: normalStatuses(retriableStatuses),
    },
    { method: 'GET' },
  )
}

function normalStatuses(list: readonly number[] = []): number[] | undefined {
  return list.length === 0 ? undefined : [...new Set(list)].sort(compare)
}
