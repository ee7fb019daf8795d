import { z } from 'zod'
import { type Entry, type EntryKey, entry } from './entry.ts'
import { ipAddress, label, percentage, portNumber, positiveDuration, topologyName } from './names.ts'
import { zoneKeyName } from './normal-topology.ts'

/** Bodies of the entries of part `control`: what operators say, and what Vicinity finds out, of sources and zones. */

/** A zone whose endpoints are the last that anybody is sent to. */
export interface Drain {
  readonly zone: string
  readonly region?: string
  /** Why, in the operator's words. */
  readonly reason?: string
}

/** The row of a zone; a region of '' is none. */
export function drainEntry({ region, zone, reason }: Drain & { readonly region: string }): Entry {
  const row: Drain = { zone, ...(region !== '' && { region }), ...(reason !== undefined && { reason }) }
  return entry({ kind: 'Drain', namespace: '', name: zoneKeyName(row) }, JSON.stringify(row))
}

/** How much the clients in a zone ask for, in any unit that is the same for all zones. */
export interface Demand {
  readonly zone: string
  readonly region?: string
  readonly demand: number
}

/** The row of a zone; a region of '' is none. */
export function demandEntry({ region, zone, demand }: Required<Demand>): Entry {
  const row: Demand = { zone, ...(region !== '' && { region }), demand }
  return entry({ kind: 'Demand', namespace: '', name: zoneKeyName(row) }, JSON.stringify(row))
}

/** A source of whose pusher nothing was heard for as long as its settings say. */
export interface StaleSource {
  readonly source: string
  /** When it was last heard: RFC 3339, UTC. */
  readonly heardAt: string
}

/** An address through which other networks reach a source's endpoints. */
const networkGateway = z.strictObject({
  address: ipAddress,
  port: portNumber,
  region: topologyName.optional(),
  zone: topologyName.optional(),
})

/** What holds for a source whatever it pushes. */
export const sourceSettings = z.strictObject({
  /** So long nothing may be heard of its pusher, neither a push nor a heartbeat; absent: for ever. */
  staleAfter: positiveDuration.optional(),
  /** What becomes of its endpoints then: they stay, stand behind all others, or go. */
  whenStale: z.enum(['keep', 'standby', 'drop']).optional(),
  /** Sources of one group trust each other: a service of one name is the same in all of them. Absent: `default`. */
  group: label.optional(),
  /** Where its endpoints can be reached by their addresses; absent: from everywhere. */
  network: topologyName.optional(),
  /** How other networks reach them. */
  gateways: z.array(networkGateway).max(16).optional(),
  /** The most of its endpoints that one replacing push may remove unforced; absent: as many as leave it some. */
  maxRemoved: percentage.optional(),
})

export type SourceSettings = z.infer<typeof sourceSettings>

/** What becomes of a silent source's endpoints where nothing is said: they stay. */
export const DEFAULT_WHEN_STALE = 'keep'

/** Where nothing is said one push may remove any number of a source's endpoints, if it leaves some. */
export const DEFAULT_MAX_REMOVED = '100%'

/** The group of sources whose settings say none. */
export const DEFAULT_GROUP = 'default'

export function sourceSettingsKey(source: string): EntryKey {
  return { kind: 'SourceSettings', namespace: '', name: source }
}

export function staleSourceKey(source: string): EntryKey {
  return { kind: 'StaleSource', namespace: '', name: source }
}
