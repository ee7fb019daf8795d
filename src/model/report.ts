import type { Standing } from './proxies.ts'
import type { Testimony } from './quarantine.ts'

/**
 * What a replica tells the others of itself. During a rolling upgrade other versions read it: fields are added, and what
 * they mean does not change.
 */
export interface Report extends Standing {
  readonly zones: readonly ZoneCount[]
  /** What its proxies say of what was refused; absent: of a version that does not ask them. */
  readonly suspects?: readonly Testimony[]
}

/** Connected proxies that say that they are in a zone; their region may be missing. */
export interface ZoneCount {
  readonly region: string
  readonly zone: string
  readonly proxies: number
  /** Those that report what they send; absent: of a version that does not take load reports. */
  readonly reporters?: number
  /** What these send together, in requests a second. */
  readonly rate?: number
}
