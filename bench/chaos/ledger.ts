import type { PatchContent } from '../../src/model/content.ts'
import type { Part } from '../../src/model/entry.ts'
import { parsePatch } from '../../src/model/parse-patch.ts'
import { parseRoutes } from '../../src/model/parse-routes.ts'
import { parseTopology } from '../../src/model/parse-topology.ts'

/** What became of a push, as far as whoever sent it can know. */
export type Outcome =
  | {
      readonly is: 'acknowledged'
      readonly revision: number
      readonly digest: string
      readonly unchanged: boolean
    }
  /** Nothing was changed: a condition did not hold. */
  | { readonly is: 'refused'; readonly status: number }
  /** No answer has come, or one that leaves it open. It may be done, even long after. */
  | { readonly is: 'unknown'; readonly reason: string }

/** One push, sent once: another try is another one. */
export interface Sent {
  readonly source: string
  readonly part: Part
  readonly form: 'replace' | 'patch'
  readonly content: Pick<PatchContent, 'entries' | 'remove'>
  /** The digest of what had to stand. */
  readonly ifMatch?: string | undefined
  outcome: Outcome
}

export type Push = Omit<Sent, 'content' | 'outcome'> & { readonly document: object }

/** Everything that was pushed, in the order in which it was sent. */
export class Ledger {
  readonly sent: Sent[] = []

  note({ document, ...push }: Push): Sent {
    const outcome = { is: 'unknown', reason: 'under way' } as const
    const sent = { ...push, content: contentOf(push.part, push.form, document), outcome }
    this.sent.push(sent)
    return sent
  }

  count(is: Outcome['is']): number {
    return this.sent.filter(({ outcome }) => outcome.is === is).length
  }
}

/** What a document comes to. Those of the harness have no mistakes, and what is read back must have none. */
export function contentOf(part: Part, form: Sent['form'], document: unknown): Sent['content'] {
  if (form === 'patch') {
    const patch = parsePatch(part, document)
    if (!patch.ok) throw new Error(`not a patch: ${JSON.stringify(patch.problems)}`)
    return patch.value
  }
  const parsed = part === 'topology' ? parseTopology(document) : parseRoutes(document)
  if (!parsed.ok) throw new Error(`not a document: ${JSON.stringify(parsed.problems)}`)
  return { entries: parsed.value.entries, remove: [] }
}
