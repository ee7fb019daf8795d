import { type LocalitySettings, localitySettings } from '../model/locality-settings.ts'
import type { ParsedClaim } from './parsed-claim.ts'

/** Two sources say different things of one service; the older claim stands. */
export interface Conflict {
  readonly field: string
  readonly source: string
  readonly detail: string
}

/** What `claim` says otherwise than the one whose word stands. */
export function conflictsWith(leader: ParsedClaim, claim: ParsedClaim): Conflict[] {
  const conflicts: Conflict[] = []
  const differ = (field: string, ours: unknown, theirs: unknown) => {
    if (shown(ours) === shown(theirs)) return
    const detail = `says ${shown(theirs)}; ${shown(ours)} of source ${leader.source}, which has had the service longer, stands`
    conflicts.push({ field, source: claim.source, detail })
  }
  differ('trafficDistribution', leader.settings?.trafficDistribution, claim.settings?.trafficDistribution)
  differ('topologyMode', leader.settings?.topologyMode, claim.settings?.topologyMode)
  for (const field of [
    'connectTimeout',
    'loadBalancer',
    'healthCheck',
    'circuitBreaker',
    'bytesPerRequest',
  ] as const) {
    differ(field, leader.settings?.[field], claim.settings?.[field])
  }
  for (const field of Object.keys(localitySettings.shape) as (keyof LocalitySettings)[]) {
    differ(`locality/${field}`, leader.settings?.locality?.[field], claim.settings?.locality?.[field])
  }
  for (const port of claim.ports ?? []) {
    const ours = leader.ports?.find(one => one.port === port.port)
    if (ours !== undefined) differ(`ports/${port.port}/appProtocol`, ours.appProtocol, port.appProtocol)
  }
  return conflicts
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
