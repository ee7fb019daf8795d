import type { Viewpoint } from '../model/viewpoint.ts'
import type { Candidate } from './assignment.ts'
import { STEPS } from './precedence.ts'

/** Where addresses are reached directly; from elsewhere through its gateways. */
export interface Network {
  readonly name: string
  /** At least one. */
  readonly gateways: readonly NetworkGateway[]
}

/** An address that leads into a network; '' is an unknown region or zone: then it stands where what is behind it does. */
export interface NetworkGateway {
  readonly address: string
  readonly port: number
  readonly region: string
  readonly zone: string
}

/** The network through whose gateways an endpoint is reached from a viewpoint; undefined: by its own address. */
export function networkBetween({ network }: Candidate, viewpoint: Viewpoint): Network | undefined {
  return network?.name === viewpoint.network ? undefined : network
}

/**
 * The gateways of a network can stand at one step only: no address may occur twice in an assignment. It is the first of
 * those of the endpoints behind them; the endpoints of further steps are not sent.
 */
export function withGatewaysOnce(
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
