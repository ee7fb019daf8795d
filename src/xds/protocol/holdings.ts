import { IdMap } from '../names/id-map.ts'
import type { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'
import type { Flight } from './flight.ts'
import type { News } from './news.ts'

/** A version of a resource that a client has. References are unknown of what it brought from an earlier stream. */
export interface KnownVersion {
  readonly version: string
  readonly references?: readonly string[]
  readonly place?: string | undefined
  /** Unknown as well of what it brought. */
  readonly encoded?: Uint8Array
}

/** How one name stands with a client. */
export interface Holding {
  /** What the client accepted last; undefined: nothing. */
  readonly has: KnownVersion | undefined
  /** What was sent last; undefined: nothing, or that it is gone. */
  readonly sent: KnownVersion | undefined
  /** What was sent last is not answered. */
  readonly isAwaited: boolean
}

/** What a client said to a version: it uses it, it will not, or nothing yet. */
export type VersionAnswer = 'taken' | 'refused' | 'open'

export function answerTo(version: string, { has, sent, isAwaited }: Holding): VersionAnswer | undefined {
  if (sent?.version !== version) return undefined
  if (isAwaited) return 'open'
  return has?.version === version ? 'taken' : 'refused'
}

/** One sending of a name; `known` is undefined when the name was reported as removed. */
interface Sending {
  readonly flight: Flight
  readonly known: KnownVersion | undefined
}

interface Unanswered {
  /** What the client had accepted before the sendings. */
  acked: KnownVersion | undefined
  /** Oldest first. Empty: the newest was refused, and the client is still at `acked`. */
  sendings: Sending[]
}

/** What resources of one type refer to, in every version that the client may be using. */
export interface ReferencesInUse {
  readonly names: ReadonlySet<string>
  /** The client has a version of which nobody knows what it refers to. */
  readonly unknown: boolean
  /** The first moment at which an unanswered response stops to count; Infinity when there is none. */
  readonly until: number
}

/**
 * What one client has of one type. A name is
 * - absent: never sent, forgotten, or its removal was answered;
 * - fresh: sent to a client that had nothing of it, and since then nothing else. Entered by `put`; known when its
 *   flight is answered, without anybody looking at it;
 * - replaced: sent over what the client had accepted, and since then nothing else. Entered by `put`; known when its
 *   flight is answered, as a fresh one is;
 * - in flight: sent (or its removal) over what was not answered, not answered itself. Entered by `put`;
 * - known: the version sent was accepted. Entered by `accept` (or `adopt` on a new stream);
 * - refused: the newest version was rejected and the client keeps the one before, if it had any. Entered by
 *   `refuse`, left by the next `put`, or by `acceptRefused`.
 * A known name costs one reference to the shared resource.
 */
export class Holdings {
  readonly #sent = new IdMap<KnownVersion>()
  /** Flights that brought names first, or over what was accepted, not answered. */
  readonly #open = new Set<Flight>()
  readonly #unanswered = new Map<NameId, Unanswered>()

  /** Names sent on this stream or claimed by the client, and not removed since. */
  get size(): number {
    return this.#sent.size
  }

  /** How many of them the client accepted in the version that was sent last. */
  get acked(): number {
    let open = 0
    for (const { fresh, replaced } of this.#open) open += fresh.size + replaced.size
    for (const id of this.#unanswered.keys()) if (this.#sent.has(id)) open += 1
    return this.#sent.size - open
  }

  /** What it has for certain: nothing of which another version is on its way. */
  *accepted(): Generator<[NameId, KnownVersion]> {
    for (const [id, known] of this.#sent)
      if (!this.#unanswered.has(id) && !this.#openFlight(id)) yield [id, known]
    for (const [id, { acked, sendings }] of this.#unanswered)
      if (acked && sendings.length === 0) yield [id, acked]
  }

  ids(): Iterable<NameId> {
    return this.#sent.keys()
  }

  markNames(inUse: IdSet): void {
    for (const id of this.#sent.keys()) inUse.add(id)
    for (const id of this.#unanswered.keys()) inUse.add(id)
  }

  /** Nothing is awaited, and nothing was refused. */
  get isSettled(): boolean {
    return this.#open.size === 0 && this.#unanswered.size === 0
  }

  /** It, or its removal, was sent and not forgotten. */
  has(id: NameId): boolean {
    return this.#sent.has(id) || this.#unanswered.has(id)
  }

  /** As `has`, of any of these. */
  hasAny(ids: IdSet): boolean {
    if (this.#sent.hasAny(ids)) return true
    for (const id of this.#unanswered.keys()) if (ids.has(id)) return true
    return false
  }

  /** The version that was sent last. */
  get(id: NameId): KnownVersion | undefined {
    return this.#sent.get(id)
  }

  /** Names of which anything was sent or claimed and not forgotten, their removals included. */
  touched(): Set<NameId> {
    return new Set([...this.#sent.keys(), ...this.#unanswered.keys()])
  }

  of(id: NameId): Holding {
    const sent = this.#sent.get(id)
    const unanswered = this.#unanswered.get(id)
    if (unanswered) return { has: unanswered.acked, sent, isAwaited: unanswered.sendings.length > 0 }
    const flight = this.#openFlight(id)
    return { has: flight ? flight.replaced.get(id) : sent, sent, isAwaited: flight !== undefined }
  }

  /** The client has this without having been sent it on this stream, or in equal form. */
  adopt(id: NameId, known: KnownVersion): void {
    this.#sent.set(id, known)
  }

  /** As `adopt`, of these of the given ones. */
  adoptAll(known: IdMap<KnownVersion>, ids: IdSet): void {
    this.#sent.addAll(known, ids)
  }

  forget(id: NameId): void {
    // The client may subscribe to it again before it answers what is on its way.
    this.#takeOut(id)
    this.#sent.delete(id)
    this.#unanswered.delete(id)
  }

  /** As `put`, of names of which it has nothing at all; `ids`: all of the known. */
  putFirst(known: IdMap<KnownVersion>, ids: IdSet, flight: Flight): void {
    this.#sent.addAll(known)
    this.#open.add(flight)
    flight.fresh.addAll(ids)
  }

  /** Whether it has of all of these what the client had for whom they were found. */
  isBefore({ ids, before }: News): boolean {
    for (const id of ids) if (this.#sent.get(id) !== before.get(id)) return false
    return true
  }

  /** As `IdMap.pagesOf`, of what was sent last. */
  pagesOf(ids: readonly NameId[]): IdMap<KnownVersion> {
    return this.#sent.pagesOf(ids)
  }

  /** As `put`, where all is settled and it is before these. */
  putNews({ ids, replaced, before, after }: News, flight: Flight): void {
    this.#sent.replace(ids, before, after)
    this.#open.add(flight)
    flight.replaceAll(replaced)
  }

  put(id: NameId, known: KnownVersion | undefined, flight: Flight): void {
    const unanswered = this.#unanswered.get(id)
    const before = this.#sent.get(id)
    const first = unanswered ? undefined : this.#openFlight(id)
    if (known && !unanswered && !first) {
      this.#open.add(flight)
      if (before) flight.replace(id, before)
      else flight.fresh.add(id)
      this.#sent.set(id, known)
      return
    }
    flight.others.push({ id, known })
    const acked = first ? first.replaced.get(id) : before
    if (first) this.#takeOut(id, first)
    const sendings = unanswered?.sendings ?? (first ? [{ flight: first, known: before }] : [])
    sendings.push({ flight, known })
    if (!unanswered) this.#unanswered.set(id, { acked, sendings })
    if (known) this.#sent.set(id, known)
    else this.#sent.delete(id)
  }

  /** The client has answered, and has all that is still as this flight brought it first. */
  answered(flight: Flight): void {
    this.#open.delete(flight)
  }

  /**
   * The flight that had this (undefined: as removed) was accepted. `known` matters when the name was forgotten in
   * between and subscribed again: then the client has it nevertheless.
   */
  accept(id: NameId, flight: Flight, known: KnownVersion | undefined): void {
    const unanswered = this.#unanswered.get(id)
    const index = unanswered?.sendings.findIndex(one => one.flight === flight) ?? -1
    if (!unanswered || index < 0) {
      if (known && unanswered) unanswered.acked = known
      else if (known) this.#acceptFormer(id, known)
      return
    }
    unanswered.acked = known
    unanswered.sendings.splice(0, index + 1)
    if (unanswered.sendings.length === 0) this.#unanswered.delete(id)
  }

  /** Before its flight counts as answered. */
  refuse(id: NameId, flight: Flight): void {
    if (this.#openFlight(id) === flight) {
      this.#unanswered.set(id, { acked: flight.replaced.get(id), sendings: [] })
      this.#takeOut(id, flight)
    }
    const unanswered = this.#unanswered.get(id)
    if (unanswered) unanswered.sendings = unanswered.sendings.filter(one => one.flight !== flight)
  }

  /** What was sent once more was taken, be it that the client had refused it. */
  acceptRefused(id: NameId): void {
    if (this.#unanswered.get(id)?.sendings.length === 0) this.#unanswered.delete(id)
  }

  /** 0: the client knows this resource, in whatever version. Else the time at which it will count as known. */
  knownAt(id: NameId, now: number): number {
    if (!this.#sent.has(id)) return Number.POSITIVE_INFINITY
    const unanswered = this.#unanswered.get(id)
    if (!unanswered) return this.#freshFlight(id)?.givenUpAt(now) ?? 0
    const removed = unanswered.sendings.findLastIndex(one => one.known === undefined)
    if (removed < 0 && unanswered.acked) return 0
    return givenUpAt(unanswered.sendings[removed + 1], now)
  }

  /** 0: none of these came first with an unanswered response. Else a time at which one of them will count as known. */
  firstKnownAt(ids: IdSet, now: number): number {
    for (const flight of this.#open) {
      const at = flight.givenUpAt(now)
      if (at > 0 && flight.fresh.hasAny(ids)) return at
    }
    return 0
  }

  /** As `knownAt`, of a name that may as well have been reported as missing. */
  answeredAt(id: NameId, now: number): number {
    if (this.#sent.has(id)) return this.knownAt(id, now)
    const newest = this.#unanswered.get(id)?.sendings.at(-1)
    return newest ? givenUpAt(newest, now) : 0
  }

  /** Of what was sent last and what was accepted; what is on its way between the two is not looked at. */
  referencesInUse(now: number): ReferencesInUse {
    const names = new Set<string>()
    let unknown = false
    let until = Number.POSITIVE_INFINITY
    const use = (known: KnownVersion | undefined) => {
      if (known && !known.references) unknown = true
      for (const name of known?.references ?? []) names.add(name)
    }
    for (const known of this.#sent.values()) use(known)
    for (const flight of this.#open) {
      const givenUp = flight.givenUpAt(now)
      if (givenUp === 0) continue
      if (flight.fresh.size + flight.replaced.size > 0) until = Math.min(until, givenUp)
      for (const before of flight.replaced.values()) use(before)
    }
    for (const { acked, sendings } of this.#unanswered.values()) {
      const newest = sendings.at(-1)
      if (newest) {
        const givenUp = givenUpAt(newest, now)
        // The newest counts as applied then, so nothing older is in use.
        if (givenUp === 0) continue
        until = Math.min(until, givenUp)
      }
      use(acked)
    }
    return { names, unknown, until }
  }

  /** It was forgotten, subscribed again, and perhaps sent again since. */
  #acceptFormer(id: NameId, known: KnownVersion): void {
    const sent = this.#sent.get(id)
    const flight = this.#takeOut(id)
    if (flight) this.#unanswered.set(id, { acked: known, sendings: [{ flight, known: sent }] })
    else if (!sent) this.#unanswered.set(id, { acked: known, sendings: [] })
  }

  /** The unanswered flight that brought it first, and nothing else since. */
  #freshFlight(id: NameId): Flight | undefined {
    for (const flight of this.#open) if (flight.fresh.has(id)) return flight
    return undefined
  }

  /** The unanswered flight that brought it first, or over what was accepted, and nothing else since. */
  #openFlight(id: NameId): Flight | undefined {
    for (const flight of this.#open) if (flight.fresh.has(id) || flight.replaced.has(id)) return flight
    return undefined
  }

  /** It is looked at by itself from now on. Returns the open flight that brought it. */
  #takeOut(id: NameId, flight = this.#openFlight(id)): Flight | undefined {
    if (flight === undefined) return undefined
    flight.takeOut(id, this.#sent.get(id))
    return flight
  }
}

function givenUpAt(sending: Sending | undefined, now: number): number {
  return sending ? sending.flight.givenUpAt(now) : Number.POSITIVE_INFINITY
}
