import type { Problem } from '../model/problem.ts'

/** The most that are shown, and the most of those that say the same of different places. */
const SHOWN = 20
const SHOWN_ALIKE = 3

/** Warnings for people: a large cluster has thousands, most of them alike. */
export function warningLines(warnings: readonly Problem[], locate: (pointer: string) => string): string[] {
  const alike = new Map<string, number>()
  for (const { detail } of warnings) alike.set(detail, (alike.get(detail) ?? 0) + 1)
  const said = new Map<string, number>()
  const lines: string[] = []
  let told = 0
  for (const { pointer, detail } of warnings) {
    const before = said.get(detail) ?? 0
    if (before >= SHOWN_ALIKE || lines.length >= SHOWN) continue
    said.set(detail, before + 1)
    const more = (alike.get(detail) ?? 0) - SHOWN_ALIKE
    const isLast = before + 1 === SHOWN_ALIKE && more > 0
    told += isLast ? more + 1 : 1
    lines.push(
      `warning: ${locate(pointer)}: ${detail}${isLast ? ` (and at ${more} more ${more === 1 ? 'place' : 'places'})` : ''}`,
    )
  }
  const untold = warnings.length - told
  return untold === 0 ? lines : [...lines, `… and ${untold} more warnings; --json has all of them`]
}
