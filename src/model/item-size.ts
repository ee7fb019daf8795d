/**
 * Bounds that every item keeps before a schema looks at it: schemas make an issue of each bad value, and their
 * expressions overflow the stack on a text of megabytes.
 */

/** The longest text of an item is the value of a header, 4,096 characters. */
const MAX_TEXT = 8192
/** A route of all that it may have comes to about 40,000. */
const MAX_VALUES = 50_000

/** Where and how an item is larger than any valid one; undefined when it is not. */
export function sizeProblem(item: unknown): { path: PropertyKey[]; detail: string } | undefined {
  const budget = { values: MAX_VALUES }
  const path = firstExcess(item, budget)
  if (path === undefined) return undefined
  return budget.values < 0
    ? { path: [], detail: `must not have more than ${MAX_VALUES} values in it` }
    : { path, detail: `must have at most ${MAX_TEXT} characters` }
}

/** The path to the value at which the budget ends, or to a text that is too long. */
function firstExcess(value: unknown, budget: { values: number }): PropertyKey[] | undefined {
  budget.values--
  if (budget.values < 0 || (typeof value === 'string' && value.length > MAX_TEXT)) return []
  if (typeof value !== 'object' || value === null) return undefined
  // Every item of a large push comes by here: a loop over the keys makes no list of them.
  for (const key in value) {
    const excess = firstExcess((value as Record<string, unknown>)[key], budget)
    if (excess !== undefined) return [key, ...excess]
  }
  return undefined
}
