import type { Candidate } from './candidate.ts'
import type { Decision } from './decision.ts'

/** All that may stand in an assignment. */
export function usableOf(decision: Decision | undefined): readonly Candidate[] {
  return decision?.usable ?? []
}
