/** After so many milliseconds what was sent and not answered counts as there: a gate stops waiting. */
export const GIVE_UP = 5_000

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
interface Flight {
  readonly response: number
  readonly at: number
  readonly known: KnownVersion | undefined
}

interface Unanswered {
  /** What the client had accepted before the flights. */
  acked: KnownVersion | undefined
  /** Oldest first. Empty: the newest was refused, and the client is still at `acked`. */
  flights: Flight[]
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
 * - in flight: sent (or its removal), not answered. Entered by `put`;
 * - known: the version sent was accepted. Entered by `accept` (or `adopt` on a new stream);
 * - refused: the newest version was rejected and the client keeps the one before, if it had any. Entered by
 *   `refuse`, left by the next `put`, or by `acceptRefused`.
 * A known name costs one map entry, which points to the shared resource.
 */
export class Holdings {
  readonly #sent = new Map<string, KnownVersion>()
  readonly #unanswered = new Map<string, Unanswered>()

  /** Names sent on this stream or claimed by the client, and not removed since. */
  get size(): number {
    return this.#sent.size
  }

  /** How many of them the client accepted in the version that was sent last. */
  get acked(): number {
    let open = 0
    for (const name of this.#unanswered.keys()) if (this.#sent.has(name)) open += 1
    return this.#sent.size - open
  }

  /** What it has for certain, version by name: nothing of which another version is on its way. */
  accepted(): Map<string, string> {
    const versions = new Map([...this.#sent].map(([name, { version }]) => [name, version]))
    for (const [name, { acked, flights }] of this.#unanswered) {
      versions.delete(name)
      if (acked && flights.length === 0) versions.set(name, acked.version)
    }
    return versions
  }

  names(): Iterable<string> {
    return this.#sent.keys()
  }

  /** It, or its removal, was sent and not forgotten. */
  has(name: string): boolean {
    return this.#sent.has(name) || this.#unanswered.has(name)
  }

  /** The version that was sent last. */
  get(name: string): KnownVersion | undefined {
    return this.#sent.get(name)
  }

  /** Names of which anything was sent or claimed and not forgotten, their removals included. */
  touched(): Iterable<string> {
    return new Set([...this.#sent.keys(), ...this.#unanswered.keys()])
  }

  of(name: string): Holding {
    const sent = this.#sent.get(name)
    const unanswered = this.#unanswered.get(name)
    if (unanswered === undefined) return { has: sent, sent, isAwaited: false }
    return { has: unanswered.acked, sent, isAwaited: unanswered.flights.length > 0 }
  }

  /** The client has this without having been sent it on this stream, or in equal form. */
  adopt(name: string, known: KnownVersion): void {
    this.#sent.set(name, known)
  }

  forget(name: string): void {
    this.#sent.delete(name)
    this.#unanswered.delete(name)
  }

  put(name: string, known: KnownVersion | undefined, response: number, at: number): void {
    const unanswered = this.#unanswered.get(name) ?? { acked: this.#sent.get(name), flights: [] }
    unanswered.flights.push({ response, at, known })
    this.#unanswered.set(name, unanswered)
    if (known) this.#sent.set(name, known)
    else this.#sent.delete(name)
  }

  /**
   * The response that had this (undefined: as removed) was accepted. `known` matters when the name was forgotten in
   * between and subscribed again: then the client has it nevertheless.
   */
  accept(name: string, response: number, known: KnownVersion | undefined): void {
    const unanswered = this.#unanswered.get(name)
    const index = unanswered?.flights.findIndex(flight => flight.response === response) ?? -1
    if (!unanswered || index < 0) {
      if (known && unanswered) unanswered.acked = known
      else if (known && !this.#sent.has(name)) this.#unanswered.set(name, { acked: known, flights: [] })
      return
    }
    unanswered.acked = known
    unanswered.flights.splice(0, index + 1)
    if (unanswered.flights.length === 0) this.#unanswered.delete(name)
  }

  refuse(name: string, response: number): void {
    const unanswered = this.#unanswered.get(name)
    if (unanswered) unanswered.flights = unanswered.flights.filter(flight => flight.response !== response)
  }

  /** What was sent once more was taken, be it that the client had refused it. */
  acceptRefused(name: string): void {
    if (this.#unanswered.get(name)?.flights.length === 0) this.#unanswered.delete(name)
  }

  /** 0: the client knows this resource, in whatever version. Else the time at which it will count as known. */
  knownAt(name: string, now: number): number {
    if (!this.#sent.has(name)) return Number.POSITIVE_INFINITY
    const unanswered = this.#unanswered.get(name)
    if (!unanswered) return 0
    const removed = unanswered.flights.findLastIndex(flight => flight.known === undefined)
    if (removed < 0 && unanswered.acked) return 0
    return givenUpAt(unanswered.flights[removed + 1], now)
  }

  /** As `knownAt`, of a name that may as well have been reported as missing. */
  answeredAt(name: string, now: number): number {
    if (this.#sent.has(name)) return this.knownAt(name, now)
    const newest = this.#unanswered.get(name)?.flights.at(-1)
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
    for (const { acked, flights } of this.#unanswered.values()) {
      const newest = flights.at(-1)
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
}

function givenUpAt(flight: Flight | undefined, now: number): number {
  if (!flight) return Number.POSITIVE_INFINITY
  const at = flight.at + GIVE_UP
  return now >= at ? 0 : at
}
