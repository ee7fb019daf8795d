import type { Problem } from '../model/problem.ts'
import type { ChangeCounts, Fenced, Gone } from '../store/store.ts'
import type { EndpointRemoval } from './endpoint-removal.ts'

/** Why an operation did nothing: a value, because it is the caller's matter and no fault of ours. */
export interface Refusal {
  readonly refused: RefusalReason
  /** What is in the way and what to do, as a sentence. */
  readonly detail: string
  /** Everything that is wrong with the document or the question, with pointers. */
  readonly problems: readonly Problem[]
  /** Of a push that takes too many endpoints: what it would do. */
  readonly removal?: EndpointRemoval & { readonly changed: ChangeCounts }
  /** Of a write of a pusher that another one has relieved: its epoch, and the newest that is known. */
  readonly epoch?: { readonly given: number; readonly newest: number }
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

/** Somebody else is the pusher of the source now. */
export function refuseFenced(source: string, { given, newest }: Fenced): Refusal {
  const detail = `source ${source} has been written with Epoch ${newest}, and this is of Epoch ${given}: another pusher has taken over; nothing was stored`
  return { ...refuse('conflict', detail), epoch: { given, newest } }
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
