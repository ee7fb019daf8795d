import type { Suspect } from '../model/quarantine.ts'
import { resourceTypeName } from '../model/resource-types.ts'
import type { Quarantined } from '../translate/quarantined.ts'

/** A version that proxies refused and nobody took: those that were not sent it get the last good one instead. */
export interface QuarantineSummary extends Omit<Suspect, 'typeUrl'> {
  /** cds, lds, rds. */
  readonly type: string
  /** What was being served when it was refused. */
  readonly revision: number
  /** The words of one that refused it. */
  readonly detail: string
  /** Version of what is sent instead; null: nothing is, it was never good. */
  readonly lastGood: string | null
}

export function quarantineSummary({ typeUrl, lastGood, ...row }: Quarantined): QuarantineSummary {
  return { ...row, type: resourceTypeName(typeUrl), lastGood: lastGood?.version ?? null }
}
