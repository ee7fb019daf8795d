import type { Viewpoint } from '../model/viewpoint.ts'
import type { Lineup, Placed } from './assignment.ts'
import type { Candidate } from './candidate.ts'
import { type Choice, choose } from './choice.ts'
import type { Decision } from './decision.ts'
import { networkBetween } from './network.ts'
import { zoneKey } from './place.ts'
import { isChosenStep, STEPS, stepBehind, stepOf } from './precedence.ts'
import { prefersSource } from './scope.ts'

/** Where one endpoint stands, and what brought it there. */
export interface Standing extends Placed {
  /** Not sent because the gateways that it is behind stand nearer. */
  readonly isBehindGateways: boolean
  /** Chosen by the rule; behind those of the viewpoint's source where these come first. */
  readonly isChosen: boolean
}

/** What proxies are told, without the reasons: one is made for each changed service and class of viewpoints. */
export function lineup(decision: Decision, viewpoint: Viewpoint): Lineup {
  const choice = choose(decision, viewpoint)
  return {
    weighted: choice.zoneWeights !== undefined,
    spillover: decision.policy.spillover.value,
    endpoints: line(decision, choice, viewpoint),
  }
}

/**
 * The usable endpoints in their places: each step that somebody stands at is one priority, for priorities must have no
 * gaps. All is counted in arrays, by the places that the decision's usable endpoints have there.
 */
export function line(decision: Decision, choice: Choice, viewpoint: Viewpoint): readonly Standing[] {
  const { usable } = decision
  const ownSteps = stepsOf(decision, choice, viewpoint)
  const steps = withGatewaysOnce(usable, ownSteps, viewpoint)
  const weights = new Array<number>(STEPS).fill(0)
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index] as number
    if (step < STEPS) weights[step] = (weights[step] as number) + (usable[index] as Candidate).weight
  }
  const priorities = prioritiesOf(weights)
  const zones = choice.zoneWeights && new ZoneShares(decision, steps, choice.zoneWeights)
  const standings: Standing[] = []
  for (let step = 0; step <= STEPS; step++) {
    const isSent = step < STEPS
    const weight = isSent ? (weights[step] as number) : 0
    if (isSent && weight === 0) continue
    const isChosen = isChosenStep(step)
    for (const index of decision.order) {
      if (steps[index] !== step) continue
      const candidate = usable[index] as Candidate
      const portion = isChosen && zones ? zones.of(candidate, step) : candidate.weight / weight
      standings.push({
        candidate,
        priority: isSent ? (priorities[step] as number) : null,
        portion: isSent ? portion : 0,
        via: networkBetween(candidate, viewpoint),
        isBehindGateways: step !== ownSteps[index],
        isChosen,
      })
    }
  }
  return standings
}

function stepsOf(decision: Decision, choice: Choice, viewpoint: Viewpoint): number[] {
  const { eligible, behind, policy } = decision
  const hasFailover = policy.failover.value === 'nearest'
  const isPreferring = prefersSource(decision, viewpoint)
  const steps = eligible.map(one => {
    const isChosen = choice.isChosen(one)
    return isChosen || hasFailover ? stepOf(one.candidate, viewpoint, { isChosen, isPreferring }) : STEPS
  })
  for (const one of behind) steps.push(hasFailover ? stepBehind(one) : STEPS)
  return steps
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
  if (candidates.every(one => networkBetween(one, viewpoint) === undefined)) return steps
  const first = new Map<string, number>()
  candidates.forEach((one, index) => {
    const network = networkBetween(one, viewpoint)
    if (network === undefined) return
    first.set(network.name, Math.min(first.get(network.name) ?? STEPS, steps[index] ?? STEPS))
  })
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
