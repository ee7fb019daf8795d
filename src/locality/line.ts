import type { Viewpoint } from '../model/viewpoint.ts'
import type { Candidate } from './candidate.ts'
import type { Choice } from './choice.ts'
import type { Decision } from './decision.ts'
import { networkBetween } from './network.ts'
import { zoneKey } from './place.ts'
import { isChosenStep, STEPS, stepBehind, stepOf } from './precedence.ts'
import { prefersSource } from './scope.ts'

/** Where one endpoint stands for a viewpoint. */
export interface Standing {
  readonly candidate: Candidate
  /** null is not sent. */
  readonly priority: number | null
  /** Of what its priority gets, 0 to 1. */
  readonly portion: number
  /** Not sent because the gateways that it is behind stand nearer. */
  readonly isBehindGateways: boolean
  /** Chosen by the rule; behind those of the viewpoint's source where these come first. */
  readonly isChosen: boolean
}

/**
 * The usable endpoints in their places: each step that somebody stands at is one priority, for priorities must have no
 * gaps. One is made for each changed service and class of viewpoints, so that all is counted in arrays.
 */
export function line(decision: Decision, choice: Choice, viewpoint: Viewpoint): Standing[] {
  const hasFailover = decision.policy.failover.value === 'nearest'
  const isPreferring = prefersSource(decision, viewpoint)
  const candidates = [...decision.eligible.map(one => one.candidate), ...decision.behind]
  const ownSteps = [
    ...decision.eligible.map(one => {
      const isChosen = choice.isChosen(one)
      return isChosen || hasFailover ? stepOf(one.candidate, viewpoint, { isChosen, isPreferring }) : STEPS
    }),
    ...decision.behind.map(one => (hasFailover ? stepBehind(one) : STEPS)),
  ]
  const steps = withGatewaysOnce(candidates, ownSteps, viewpoint)
  const weights = new Array<number>(STEPS).fill(0)
  steps.forEach((step, index) => {
    if (step < STEPS) weights[step] = (weights[step] ?? 0) + (candidates[index]?.weight ?? 0)
  })
  const priorities = prioritiesOf(weights)
  const zones = choice.zoneWeights && new ZoneShares(decision, steps, choice.zoneWeights)
  return candidates.map((candidate, index): Standing => {
    const step = steps[index] ?? STEPS
    const isChosen = isChosenStep(step)
    const isBehindGateways = step !== ownSteps[index]
    if (step === STEPS) return { candidate, priority: null, portion: 0, isBehindGateways, isChosen }
    const portion =
      isChosen && zones ? zones.of(candidate, step) : candidate.weight / (weights[step] ?? Number.NaN)
    return { candidate, priority: priorities[step] ?? null, portion, isBehindGateways, isChosen }
  })
}

/**
 * The gateways of a network can stand at one step only: no address may occur twice in an assignment. It is the first of
 * those of the endpoints behind them; the endpoints of further steps are not sent.
 */
function withGatewaysOnce(
  candidates: readonly Candidate[],
  steps: readonly number[],
  viewpoint: Viewpoint,
): readonly number[] {
  const first = new Map<string, number>()
  candidates.forEach((one, index) => {
    const network = networkBetween(one, viewpoint)
    if (network === undefined) return
    first.set(network.name, Math.min(first.get(network.name) ?? STEPS, steps[index] ?? STEPS))
  })
  if (first.size === 0) return steps
  return steps.map((step, index) => {
    const network = networkBetween(candidates[index] as Candidate, viewpoint)
    return network === undefined || first.get(network.name) === step ? step : STEPS
  })
}

/** The priority of each step; those that nobody stands at have the number of the next. */
function prioritiesOf(weights: readonly number[]): number[] {
  let taken = 0
  return weights.map(weight => (weight > 0 ? taken++ : taken))
}

/** How zones with weights of their own share a step out, and the endpoints of a zone by their weights its share. */
class ZoneShares {
  readonly #zoneWeights: ReadonlyMap<string, number>
  /** By step and zone: the sum of its endpoints' weights. */
  readonly #sums = new Map<string, number>()
  /** By step: the sum of the weights of the zones that stand there. */
  readonly #totals = new Array<number>(STEPS).fill(0)

  constructor({ eligible }: Decision, steps: readonly number[], zoneWeights: ReadonlyMap<string, number>) {
    this.#zoneWeights = zoneWeights
    eligible.forEach(({ candidate }, index) => {
      const step = steps[index] ?? STEPS
      if (!isChosenStep(step)) return
      const key = `${step}/${zoneKey(candidate)}`
      const sum = this.#sums.get(key)
      this.#sums.set(key, (sum ?? 0) + candidate.weight)
      if (sum === undefined) this.#totals[step] = (this.#totals[step] ?? 0) + this.#weightOf(candidate)
    })
  }

  of(candidate: Candidate, step: number): number {
    const sum = this.#sums.get(`${step}/${zoneKey(candidate)}`) ?? Number.NaN
    return (candidate.weight / sum) * (this.#weightOf(candidate) / (this.#totals[step] ?? Number.NaN))
  }

  #weightOf(candidate: Candidate): number {
    return this.#zoneWeights.get(zoneKey(candidate)) ?? 0
  }
}
