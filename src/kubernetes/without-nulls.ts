import { isObject } from '../model/json.ts'

/**
 * A copy of the value in which fields that are null are absent, as the API server takes them where a field is not
 * nullable (structural schemas: nulls are pruned before defaults are filled in).
 */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const fields = Object.entries(value).filter(([, field]) => field !== null)
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNulls(field)]))
}
