import type { Problem } from '../model/problem.ts'

/** The most that are shown, and the most of those that say the same of different places. */
const SHOWN = 20
const SHOWN_ALIKE = 3

/** Of Kubernetes objects details begin with the name: "Service team/web: …". */
const OBJECT = /^[A-Z][A-Za-z0-9]* [^\s:]+: /

/** Warnings for people: a large cluster has thousands, most of them alike but for the object. */
export function warningLines(warnings: readonly Problem[], locate: (pointer: string) => string): string[] {
  const alike = new Map<string, number>()
  const what = warnings.map(({ detail }) => detail.replace(OBJECT, ''))
  for (const one of what) alike.set(one, (alike.get(one) ?? 0) + 1)
  const said = new Map<string, number>()
  const lines: string[] = []
  let told = 0
  for (const [index, { pointer, detail }] of warnings.entries()) {
    const key = what[index] ?? ''
    const before = said.get(key) ?? 0
    if (before >= SHOWN_ALIKE || lines.length >= SHOWN) continue
    said.set(key, before + 1)
    const more = (alike.get(key) ?? 0) - SHOWN_ALIKE
    const isLast = before + 1 === SHOWN_ALIKE && more > 0
    told += isLast ? more + 1 : 1
    lines.push(
      `warning: ${locate(pointer)}: ${detail}${isLast ? ` (and at ${more} more ${more === 1 ? 'place' : 'places'})` : ''}`,
    )
  }
  const untold = warnings.length - told
  return untold === 0 ? lines : [...lines, `… and ${untold} more warnings; --json has all of them`]
}
