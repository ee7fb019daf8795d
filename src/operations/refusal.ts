import type { Problem } from '../model/problem.ts'
import type { Gone } from '../store/store.ts'

/** Why an operation did nothing: a value, because it is the caller's matter and no fault of ours. */
export interface Refusal {
  readonly refused: RefusalReason
  /** What is in the way and what to do, as a sentence. */
  readonly detail: string
  /** Everything that is wrong with the document or the question, with pointers. */
  readonly problems: readonly Problem[]
}

export type RefusalReason =
  /** The question or the document cannot be read. */
  | 'malformed'
  /** It can be read, but says what must not be. */
  | 'invalid'
  | 'unknown'
  /** What it builds on is not there. */
  | 'conflict'
  | 'gone'
  /** Somebody wrote in between. */
  | 'precondition'

export function refuse(refused: RefusalReason, detail: string, problems: readonly Problem[] = []): Refusal {
  return { refused, detail, problems }
}

export function isRefusal(result: object): result is Refusal {
  return 'refused' in result
}

export function refuseGone(revision: number, gone: Gone): Refusal {
  return refuse(
    'gone',
    `revision ${revision} is past retention; history is kept from revision ${gone.oldest} on`,
  )
}

export function isGone(result: object): result is Gone {
  return 'outcome' in result && result.outcome === 'gone'
}
