import type { Viewpoint } from '../model/viewpoint.ts'
import type { Candidate } from './candidate.ts'

/** 0: same zone, 1: same region, 2: elsewhere. */
export type Distance = 0 | 1 | 2

export function distanceOf(candidate: Candidate, viewpoint: Viewpoint): Distance {
  if (candidate.region !== viewpoint.region) return 2
  return candidate.zone === viewpoint.zone ? 0 : 1
}

/** The steps of those in front: chosen, same zone, same region, elsewhere; of each the own source and the others. */
const FRONT_STEPS = 8
/** One more for each rank of those that were set back: these have no distance. */
export const STEPS = FRONT_STEPS + 2

/** 0 is in front. */
export function rankOf({ setback }: Candidate): 0 | 1 | 2 {
  if (setback === undefined) return 0
  return setback.kind === 'stale' ? 1 : 2
}

/** Where an endpoint stands that is behind all others. */
export function stepBehind(candidate: Candidate): number {
  return FRONT_STEPS - 1 + rankOf(candidate)
}

/**
 * Where an eligible endpoint stands in line for a viewpoint: the chosen ones, then by distance; at each step those of the
 * viewpoint's source before the others, where it is preferred.
 */
export function stepOf(
  candidate: Candidate,
  viewpoint: Viewpoint,
  { isChosen, isPreferring }: { readonly isChosen: boolean; readonly isPreferring: boolean },
): number {
  const step = isChosen ? 0 : 1 + distanceOf(candidate, viewpoint)
  const isForeign = isPreferring && candidate.source !== viewpoint.source
  return 2 * step + (isForeign ? 1 : 0)
}

/** Whether a step is one of those that are chosen: the first, or the second where the first is another source's. */
export function isChosenStep(step: number): boolean {
  return step < 2
}
