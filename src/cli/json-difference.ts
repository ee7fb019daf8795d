import { isObject } from '../model/json.ts'

/** One place in which two JSON values differ; undefined is not there. */
export interface Difference {
  /** `endpoints[backend-2].zone` */
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

/** What tells a member of a list from the others; undefined: nothing does but its place. */
export type NameOf = (member: unknown) => string | undefined

/**
 * Where two JSON values differ, for people. Members of a list that have names are matched by them, so that one
 * endpoint more does not make all that follow it look changed.
 */
export function jsonDifferences(
  before: unknown,
  after: unknown,
  nameOf: NameOf = ownName,
  path = '',
): Difference[] {
  if (Array.isArray(before) && Array.isArray(after))
    return fieldDifferences(byName(before, nameOf), byName(after, nameOf), nameOf, path)
  if (isObject(before) && isObject(after)) {
    return fieldDifferences(new Map(Object.entries(before)), new Map(Object.entries(after)), nameOf, path)
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }]
}

export function ownName(member: unknown): string | undefined {
  return isObject(member) && typeof member.name === 'string' ? member.name : undefined
}

function fieldDifferences(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
  nameOf: NameOf,
  path: string,
): Difference[] {
  const keys = new Set([...before.keys(), ...after.keys()])
  return [...keys].flatMap(key => {
    const step = key.startsWith('[') || path === '' ? key : `.${key}`
    return jsonDifferences(before.get(key), after.get(key), nameOf, path + step)
  })
}

function byName(list: readonly unknown[], nameOf: NameOf): Map<string, unknown> {
  return new Map(list.map((item, index) => [`[${nameOf(item) ?? index}]`, item]))
}
