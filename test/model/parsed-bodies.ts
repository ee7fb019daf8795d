import type { EntryKey } from '../../src/model/entry.ts'
import { keyText } from '../../src/model/entry.ts'
import type { Parsed } from '../../src/model/problem.ts'

/** The value of something that has to be good. */
export function good<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(`refused: ${JSON.stringify(parsed.problems)}`)
  return parsed.value
}

/** Bodies of entries by `kind/namespace/name`, in the order of the text: what the store would hold. */
export function bodies(content: {
  entries: readonly (EntryKey & { body: string })[]
}): Record<string, unknown> {
  return Object.fromEntries(content.entries.map(entry => [keyText(entry), JSON.parse(entry.body)]))
}

/** What decides whether two contents are equal. */
export function digests(content: { entries: readonly { digest: string }[] }): string[] {
  return content.entries.map(({ digest }) => digest).sort()
}
