import { parseAddress } from '../address.ts'
import type { OwnProxies, Stances } from '../model/proxies.ts'
import { type LastGood, type Suspect, suspectKey, type Testimony, type Witness } from '../model/quarantine.ts'
import { RESOURCE_TYPES } from '../model/resource-types.ts'
import { packed } from '../translate/quarantined.ts'
import type { Resource } from '../translate/resource.ts'
import type { ProxyRefusal } from '../xds/streams/proxy-stream.ts'
import { areIndependent } from './quarantine-judgement.ts'

/** So many are looked at at once; the oldest give way. */
const LIMIT = 64

/** Those of a fleet that are named: two that are independent are enough. */
const WITNESSES = 8

/** How long whoever is to have a suspect is waited for to answer, in milliseconds. */
const PATIENCE = 5_000

/** In milliseconds: what nobody has refused for so long, or spoken of, is forgotten. */
const REMEMBERED = 10 * 60_000
const SPOKEN_OF = 30_000

/** In milliseconds. To ask a thousand streams takes some, and a client that refuses everything could make it go on and on. */
const ASKED_AGAIN = 500

/** Longest text of a NACK that is passed on, in characters. */
const TOLD_TEXT = 1_024

/** Endpoints change all the time, and an old assignment may lead to nobody. */
const QUARANTINABLE: ReadonlySet<string> = new Set([
  RESOURCE_TYPES.lds,
  RESOURCE_TYPES.cds,
  RESOURCE_TYPES.rds,
])

interface Known extends Suspect {
  readonly since: number
  forgetAt: number
  readonly witnesses: Witness[]
  /** Of other replicas. */
  readonly elsewhere: Witness[]
  isTaken: boolean
  revision: number
  detail: string
  accepted: Resource | undefined
  /** What was answered when it was asked last. */
  asked?: { readonly at: number; readonly stances: Stances }
  /** Of `accepted`, made when it is first asked for. */
  lastGood?: LastGood | undefined
}

/** What the proxies of this replica say of versions that some proxy, of whatever replica, has refused. */
export class Suspects {
  readonly #stances: OwnProxies['stances']
  readonly #now: () => number
  readonly #known = new Map<string, Known>()
  readonly #listeners = new Set<() => void>()

  constructor(stances: OwnProxies['stances'], now: () => number = () => performance.now()) {
    this.#stances = stances
    this.#now = now
  }

  /** Calls back when there may be something to judge. Returns its unsubscribe. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A proxy of this replica refused something. */
  note({ gateway, node, peer, typeUrl, revision, detail, refused }: ProxyRefusal): void {
    if (gateway === '' || !QUARANTINABLE.has(typeUrl)) return
    for (const { name, version, accepted } of refused) {
      const known = this.#know({ gateway, typeUrl, name, version }, REMEMBERED)
      known.revision = revision
      known.detail = detail.slice(0, TOLD_TEXT)
      testifies(known.witnesses, { node, host: hostOf(peer) })
      if (isWhole(accepted)) known.accepted ??= { ...accepted, name, typeUrl }
    }
    this.#tell()
  }

  /** What other replicas say: proxies of theirs have refused it, and those of this one are asked too. */
  hear(testimonies: Iterable<Testimony>): void {
    for (const one of testimonies) {
      if (one.refusedBy.length === 0) continue
      const { elsewhere } = this.#know(one, SPOKEN_OF)
      for (const witness of one.refusedBy) testifies(elsewhere, witness)
    }
    if (this.#known.size > 0) this.#tell()
  }

  /**
   * Of each suspect, and of those that stand under quarantine. The bytes of a last good version are told as long as they
   * may be needed: when proxies that are independent of each other have refused the suspect.
   */
  testimonies(standing: Iterable<Suspect>): Testimony[] {
    const keys = new Set<string>()
    for (const row of standing) {
      keys.add(suspectKey(row))
      this.#know(row, SPOKEN_OF)
    }
    const now = this.#now()
    const testimonies: Testimony[] = []
    for (const [key, known] of this.#known) {
      const stances = this.#stancesTo(known, now)
      if (stances.taken > 0) known.isTaken = true
      if (stances.refused > 0) known.forgetAt = Math.max(known.forgetAt, now + SPOKEN_OF)
      const isReplaced = stances.current === 0 && stances.other > 0 && !keys.has(key)
      // What comes again after another version is tried anew.
      if (known.forgetAt <= now || isReplaced) this.#known.delete(key)
      else testimonies.push(this.#testimony(known, stances, keys.has(key)))
    }
    return testimonies
  }

  #stancesTo(known: Known, now: number): Stances {
    if (known.asked !== undefined && now - known.asked.at < ASKED_AGAIN) return known.asked.stances
    const stances = this.#stances(known)
    known.asked = { at: now, stances }
    return stances
  }

  #testimony(known: Known, stances: Stances, isStanding: boolean): Testimony {
    const { gateway, typeUrl, name, version, witnesses, elsewhere, isTaken, revision, detail, accepted } =
      known
    const { current, other, taken, refused } = stances
    const isJudged = isStanding || isTaken
    const lastGood = !isJudged && areIndependent([...witnesses, ...elsewhere]) ? lastGoodOf(known) : undefined
    return {
      gateway,
      typeUrl,
      name,
      version,
      refusedBy: [...witnesses],
      isTaken,
      isOpen: current > taken + refused && this.#now() - known.since < PATIENCE,
      current,
      other,
      revision,
      detail,
      hasLastGood: accepted !== undefined,
      ...(lastGood && { lastGood }),
    }
  }

  #know({ gateway, typeUrl, name, version }: Suspect, duration: number): Known {
    const key = suspectKey({ gateway, typeUrl, name, version })
    const now = this.#now()
    let known = this.#known.get(key)
    if (known === undefined) {
      const unheard = {
        witnesses: [],
        elsewhere: [],
        isTaken: false,
        revision: 0,
        detail: '',
        accepted: undefined,
      }
      known = { gateway, typeUrl, name, version, since: now, forgetAt: 0, ...unheard }
      this.#known.set(key, known)
      for (const oldest of this.#known.keys()) {
        if (this.#known.size <= LIMIT) break
        this.#known.delete(oldest)
      }
    }
    known.forgetAt = Math.max(known.forgetAt, now + duration)
    return known
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

/** One more of them, where he is another one than those who are there. */
function testifies(witnesses: Witness[], { node, host }: Witness): void {
  const isThere = witnesses.some(one => one.node === node && one.host === host)
  if (!isThere && witnesses.length < WITNESSES) witnesses.push({ node: node.slice(0, 256), host })
}

/** Of `HOST:PORT`. */
function hostOf(peer: string): string {
  const address = parseAddress(peer)
  return typeof address === 'string' ? peer.slice(0, 256) : address.host
}

function lastGoodOf(known: Known): LastGood | undefined {
  if (known.accepted !== undefined && !('lastGood' in known)) known.lastGood = packed(known.accepted)
  return known.lastGood
}

function isWhole(accepted: object | undefined): accepted is Resource {
  return accepted !== undefined && 'encoded' in accepted
}

/** Characters of last good bytes in one report. */
const TOLD_BYTES = 1_000_000

/** What fits into a report: of the rest it is told that there is a last good version, and not what it is. */
export function withinBudget(testimonies: readonly Testimony[]): Testimony[] {
  let left = TOLD_BYTES
  return testimonies.map(one => {
    const { lastGood, ...rest } = one
    left -= lastGood?.resource.length ?? 0
    return left < 0 ? rest : one
  })
}
