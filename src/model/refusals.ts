import type { z } from 'zod'

/** How a check beside a schema says what is wrong, at `path` inside what it was called for. */
export function refuse(context: z.RefinementCtx, path: PropertyKey[], message: string): void {
  context.addIssue({ code: 'custom', path, message })
}

/** Refuses each key that stood before: `path` is where the key stands in its item. */
export function refuseRepeated(keys: readonly string[], path: PropertyKey[], context: z.RefinementCtx): void {
  const seen = new Set<string>()
  keys.forEach((key, index) => {
    if (seen.has(key)) refuse(context, [index, ...path], `is given twice: "${key}"`)
    seen.add(key)
  })
}
