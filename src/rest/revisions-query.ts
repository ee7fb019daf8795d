import { z } from '@hono/zod-openapi'
import { STORED_PARTS } from '../model/entry.ts'
import { label } from '../model/names.ts'
import { CAUSES, type RevisionsQuery } from '../store/store.ts'
import { DEFAULT_LIMIT, integer, revisionNumber } from './parameters.ts'

/** History is listed by the database, which has its own order and its own filters: each must be equal. */
const filterValues = z.object({
  source: label.optional(),
  part: z.enum([...STORED_PARTS, 'both']).optional(),
  author: z.string().max(253).optional(),
  cause: z.enum(CAUSES).optional(),
})

const filters = z
  .array(z.string())
  .max(4)
  .default([])
  .transform((texts, context) => {
    const pairs = texts.map(text => /^(source|part|author|cause)=(.*)$/s.exec(text))
    const values = filterValues.safeParse(Object.fromEntries(pairs.map(pair => [pair?.[1], pair?.[2]])))
    const known = 'must be source=, part=, author= or cause= with a value that there can be'
    if (!values.success || pairs.includes(null)) context.addIssue({ code: 'custom', message: known })
    return values.data ?? {}
  })
  .openapi({ type: 'array', items: { type: 'string' } })

export const revisionsQuery = {
  limit: integer(1, 1000).optional(),
  after: revisionNumber.optional(),
  sort: z.enum(['revision', '-revision']).optional(),
  filter: filters,
}

export function storeQuery(query: z.output<z.ZodObject<typeof revisionsQuery>>): RevisionsQuery {
  const { limit = DEFAULT_LIMIT, after, sort, filter } = query
  const { source, part, author, cause } = filter
  return {
    limit,
    order: sort === 'revision' ? 'oldest' : 'newest',
    ...(after === undefined ? {} : { after }),
    ...(source === undefined ? {} : { source }),
    ...(part === undefined ? {} : { part }),
    ...(author === undefined ? {} : { author }),
    ...(cause === undefined ? {} : { cause }),
  }
}
