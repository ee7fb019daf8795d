import { isLoopback } from '../address.ts'
import {
  type Quarantine,
  type Suspect,
  suspectKey,
  type Testimony,
  type Witness,
} from '../model/quarantine.ts'
import { RESOURCE_TYPES } from '../model/resource-types.ts'

/** What one replica tells; what its proxies are sent is at `revision`. */
export interface Account {
  readonly revision: number
  /** undefined: it is of a version that tells nothing of suspects. */
  readonly testimonies: readonly Testimony[] | undefined
}

export interface QuarantineJudgement {
  readonly begun: readonly Quarantine[]
  readonly ended: readonly Suspect[]
}

/** So many stand at most: what goes beyond is a fleet that refuses everything, and is for people to look at. */
const STANDING_LIMIT = 64

/**
 * A version is quarantined when proxies that are independent of each other refused it and nobody took it; when everybody
 * who is to have it has answered, and every replica has said so. It is so no longer when somebody took it, or when it is
 * not the newest of any proxy that is connected, nor may be that of one that is not (`mayBeNewest`).
 */
export function judgeQuarantines(
  standing: readonly Suspect[],
  accounts: readonly Account[],
  mayBeNewest: (row: Suspect) => boolean,
): QuarantineJudgement {
  const byKey = new Map<string, Testimony[]>()
  for (const { testimonies = [] } of accounts)
    for (const one of testimonies) byKey.set(suspectKey(one), [...(byKey.get(suspectKey(one)) ?? []), one])
  const isOver = (row: Suspect) => {
    const all = byKey.get(suspectKey(row)) ?? []
    if (all.some(one => one.isTaken)) return true
    return sum(all, 'other') > 0 && sum(all, 'current') === 0 && !mayBeNewest(row)
  }
  const ended = standing.filter(isOver)
  for (const row of standing) byKey.delete(suspectKey(row))
  const room = STANDING_LIMIT - standing.length + ended.length
  const begun = [...byKey.values()].flatMap(all => verdict(all, accounts) ?? []).slice(0, Math.max(0, room))
  return { begun, ended }
}

/** undefined: it is not to be quarantined, or not yet. */
function verdict(all: readonly Testimony[], accounts: readonly Account[]): Quarantine | undefined {
  const [first] = all.filter(one => one.refusedBy.length > 0)
  if (first === undefined || !areAsked(all, accounts, first.revision)) return undefined
  if (all.some(one => one.isTaken || one.isOpen) || sum(all, 'current') === 0) return undefined
  if (!areIndependent(all.flatMap(one => one.refusedBy))) return undefined
  const lastGood = all.find(one => one.lastGood)?.lastGood
  if (lastGood === undefined && !canBeWithheld(all, first)) return undefined
  const { gateway, typeUrl, name, version, revision, detail } = first
  return { gateway, typeUrl, name, version, revision, detail, ...(lastGood && { lastGood }) }
}

/** A replica that does not serve the revision yet says nothing of it. */
function areAsked(all: readonly Testimony[], accounts: readonly Account[], revision: number): boolean {
  const isSaid = ({ testimonies, revision: served }: Account) =>
    served >= revision && testimonies?.some(one => all.includes(one)) === true
  return accounts.every(isSaid)
}

/**
 * Whether the version may be kept back without another one in its place. Not where there is one that is not told. Nor
 * routes: an Envoy that is not sent those that its listener names waits for 15 s, and one that refuses them goes on.
 */
function canBeWithheld(all: readonly Testimony[], { typeUrl }: Suspect): boolean {
  return typeUrl !== RESOURCE_TYPES.rds && !all.some(one => one.hasLastGood)
}

/**
 * Two that are neither of one node nor from one address. A client makes up its node id: one that would force others back
 * has one address. On this machine all have the same.
 */
export function areIndependent(witnesses: readonly Witness[]): boolean {
  const isOther = (a: Witness, b: Witness) => a.node !== b.node && (a.host !== b.host || isLoopback(a.host))
  return witnesses.some((a, index) => witnesses.slice(index + 1).some(b => isOther(a, b)))
}

function sum(all: readonly Testimony[], count: 'current' | 'other'): number {
  return all.reduce((total, one) => total + one[count], 0)
}
