import { z } from '@hono/zod-openapi'
import { ageMilliseconds } from '../model/duration.ts'
import { label, subdomain, topologyName } from '../model/names.ts'
import type { Filter, ListRequest } from '../operations/list.ts'

/** Parameters that several paths share. Queries are text: numbers and truths are made of it here. */

export function integer(minimum: number, maximum: number) {
  const said = `must be a whole number from ${minimum} to ${maximum}`
  return z
    .string()
    .regex(/^[0-9]{1,15}$/, said)
    .transform(Number)
    .pipe(z.int().min(minimum, said).max(maximum, said))
    .openapi({ type: 'integer', minimum, maximum })
}

export const flag = z
  .enum(['true', 'false'])
  .transform(text => text === 'true')
  .openapi({ type: 'boolean' })

export const revisionNumber = integer(1, Number.MAX_SAFE_INTEGER)

export const serviceName = z
  .string()
  .max(127)
  .regex(/^[^/]+\/[^/]+$/, 'must be namespace/name')

/** A length of time, in milliseconds. */
export const lengthOfTime = z
  .string()
  .transform((text, context) => {
    const milliseconds = ageMilliseconds(text)
    if (milliseconds !== undefined) return milliseconds
    context.addIssue({ code: 'custom', message: 'must be a length of time such as 5m, 1h or 1d' })
    return z.NEVER
  })
  .openapi({ type: 'string' })

export const sourceParams = { source: label }
export const serviceParams = { namespace: label, name: label }
export const zoneParams = { zone: topologyName }
export const routeParams = { namespace: label, name: subdomain }
export const revisionParams = { revision: revisionNumber }

const filter = z
  .string()
  .regex(/^[A-Za-z]+[=~]/, 'must be field=value (equal) or field~part (contains)')
  .transform((text): Filter => {
    const at = text.search(/[=~]/)
    return { field: text.slice(0, at), operator: text[at] as '=' | '~', value: text.slice(at + 1) }
  })
  .openapi({ type: 'string' })

export const listQuery = {
  limit: integer(1, 1000).optional(),
  after: z.string().min(1).max(4096).optional(),
  sort: z
    .string()
    .regex(/^-?[A-Za-z]+$/, 'must be a field, or -field for the greatest first')
    .optional(),
  filter: z.array(filter).max(16).default([]),
}

export const DEFAULT_LIMIT = 100

export function listRequest(query: z.output<z.ZodObject<typeof listQuery>>): ListRequest {
  const { limit = DEFAULT_LIMIT, after, sort, filter: filters } = query
  return { limit, after, sort, filters }
}

/** The schema of one page of a list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next: z
      .string()
      .nullable()
      .openapi({ description: 'the `after` of the next page; null on the last one' }),
    total: z.int(),
  })
}
