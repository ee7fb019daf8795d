import { isObject } from '../model/json.ts'

/** One place in which two JSON values differ; undefined is not there. */
export interface Difference {
  /** `endpoints[backend-2].zone` */
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

/**
 * Where two JSON values differ, for people. Members of a list that have names are matched by them, so that one
 * endpoint more does not make all that follow it look changed.
 */
export function jsonDifferences(before: unknown, after: unknown, path = ''): Difference[] {
  if (Array.isArray(before) && Array.isArray(after))
    return fieldDifferences(byName(before), byName(after), path)
  if (isObject(before) && isObject(after)) {
    return fieldDifferences(new Map(Object.entries(before)), new Map(Object.entries(after)), path)
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }]
}

function fieldDifferences(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
  path: string,
): Difference[] {
  const keys = new Set([...before.keys(), ...after.keys()])
  return [...keys].flatMap(key => {
    const step = key.startsWith('[') || path === '' ? key : `.${key}`
    return jsonDifferences(before.get(key), after.get(key), path + step)
  })
}

function byName(list: readonly unknown[]): Map<string, unknown> {
  return new Map(list.map((item, index) => [`[${nameOf(item) ?? index}]`, item]))
}

function nameOf(item: unknown): string | undefined {
  return isObject(item) && typeof item.name === 'string' ? item.name : undefined
}
