import type { Resource } from '../../translate/resource.ts'
import type { NameId } from '../names/name-id.ts'
import type { Names } from '../names/names.ts'
import type { FirstPart } from '../tables/first-parts.ts'
import type { Share } from '../tables/share.ts'
import type { View } from '../tables/view.ts'
import type { DueNames } from './due-names.ts'
import type { Holdings } from './holdings.ts'
import type { News } from './news.ts'
import type { ShownResources } from './shown-resources.ts'
import type { SentResponse } from './unanswered.ts'

/** What of one type goes into one response. */
export interface Batch extends Pick<SentResponse, 'resources' | 'ids' | 'part' | 'news'> {
  readonly removed: readonly NameId[]
  /** There is more, which did not fit. */
  readonly partial: boolean
}

/** Says when something may be sent: 0 is now, else the time, or Infinity (when something else happened). */
export interface Gatekeeper {
  /** Additions of this type never wait. */
  isOpen(typeUrl: string): boolean
  additionAt(typeUrl: string, resource: Resource, now: number): number
  removalAt(typeUrl: string, id: NameId, now: number): number
  /** Whether the client must be told that it is gone before it is sent anew. */
  mustLeave(typeUrl: string, id: NameId, resource: Resource): boolean
}

/** Of one type on one stream. */
interface Surroundings {
  readonly typeUrl: string
  readonly view: View
  /** What of the view this client is to have. */
  readonly shown: ShownResources<NameId>
  readonly holdings: Holdings
  readonly due: DueNames
  /** The client comes back, and does not say what it has. */
  readonly mayHave: boolean
}

/**
 * How long a client waits at most for what it has nothing of, in milliseconds. After 15 s (`initial_fetch_timeout`) Envoy
 * serves without it, and finds no route for any request: better some routes whose clusters are not complete.
 */
export const FIRST_WAIT = 10_000

/** What others have looked up is what a client is to have too, where nothing is kept from anybody. */
export function sharedIn({ quarantines, share }: View): Share | undefined {
  return quarantines.length === 0 ? share : undefined
}

/** Makes responses of what is due to one client. */
export class Batches {
  readonly #names: Names
  readonly #of: Surroundings
  /** How many names gates held back when it was looked last, and until when. */
  #held = 0
  #opensAt = Number.POSITIVE_INFINITY
  /** Since when names are held back that the client has nothing of. */
  readonly #heldSince = new Map<NameId, number>()

  constructor(names: Names, of: Surroundings) {
    this.#names = names
    this.#of = of
  }

  /** How many names wait for others. */
  get held(): number {
    return this.#of.due.isEmpty ? 0 : this.#held
  }

  /** When the first gate gives up that holds something back; Infinity: none does. */
  get opensAt(): number {
    return this.held > 0 ? this.#opensAt : Number.POSITIVE_INFINITY
  }

  /** The client is not subscribed to it any more. */
  forget(id: NameId): void {
    this.#heldSince.delete(id)
  }

  /** What may be sent now, up to `limit` bytes (one resource may be larger). It is not due any more. */
  next(gates: Gatekeeper, limit: number, now: number): Batch {
    this.#held = 0
    this.#opensAt = Number.POSITIVE_INFINITY
    const { due } = this.#of
    const news = this.#news(gates, limit)
    if (news !== undefined) {
      due.clear()
      return { resources: news.resources, ids: news.ids, removed: [], partial: false, news }
    }
    const part = this.#firstPart(gates, limit)
    if (part === undefined) return this.#oneByOne(gates, limit, now)
    due.deleteAll(part.named)
    const batch = { resources: part.resources, ids: part.ids, removed: [], partial: part.partial, part }
    if (part.partial || due.isEmpty) return batch
    // What is left does not exist.
    const { resources, ids, removed, partial } = this.#oneByOne(gates, limit, now)
    if (resources.length === 0) return { ...batch, removed, partial }
    return { resources: [...part.resources, ...resources], ids: [...part.ids, ...ids], removed, partial }
  }

  /** Where nothing else is due: what others are sent too. */
  #news(gates: Gatekeeper, limit: number): News | undefined {
    const { typeUrl, view, due } = this.#of
    const { news } = due
    const isAll = news !== undefined && news.bytes <= limit && gates.isOpen(typeUrl)
    return isAll && sharedIn(view) !== undefined ? news : undefined
  }

  /** Of much that is new to the client: what the first who asked for the same was sent. */
  #firstPart(gates: Gatekeeper, limit: number): FirstPart | undefined {
    const { typeUrl, view, holdings, due } = this.#of
    const asked = due.newlyAsked
    if (asked === undefined || !gates.isOpen(typeUrl) || holdings.hasAny(asked)) return undefined
    return sharedIn(view)?.firstPart(asked, limit, view.get)
  }

  #oneByOne(gates: Gatekeeper, limit: number, now: number): Batch {
    const { typeUrl, shown, holdings, due } = this.#of
    const resources: Resource[] = []
    const ids: NameId[] = []
    const removed: NameId[] = []
    const done: NameId[] = []
    let size = 0
    let partial = false
    for (const id of due.list()) {
      const resource = shown.get(id)
      const held = holdings.get(id)
      if (!due.isForced(id) && held?.version === resource?.version) {
        // What was claimed and is current again: now it is known what it refers to.
        if (resource) holdings.adopt(id, resource)
        done.push(id)
        continue
      }
      const opensAt = this.#gateOf(id, resource, gates, now)
      if (opensAt > 0) {
        this.#held += 1
        this.#opensAt = Math.min(this.#opensAt, opensAt)
        continue
      }
      const isFirst = size === 0
      size += resource?.encoded.length ?? this.#names.textOf(id).length
      if (size > limit && !isFirst) {
        partial = true
        break
      }
      if (resource && held?.place !== undefined && gates.mustLeave(typeUrl, id, resource)) {
        // It stays due, and comes with the next response.
        removed.push(id)
        continue
      }
      if (resource) {
        resources.push(resource)
        ids.push(id)
      } else removed.push(id)
      done.push(id)
    }
    due.deleteEach(done)
    if (this.#heldSince.size > 0) for (const id of done) this.#heldSince.delete(id)
    return { resources, ids, removed, partial }
  }

  /** When it opens; 0: it is open. */
  #gateOf(id: NameId, resource: Resource | undefined, gates: Gatekeeper, now: number): number {
    const { typeUrl, holdings, mayHave } = this.#of
    if (resource) {
      const opensAt = gates.additionAt(typeUrl, resource, now)
      if (opensAt === 0 || mayHave || holdings.get(id)) return opensAt
      const since = this.#heldSince.get(id) ?? now
      this.#heldSince.set(id, since)
      const longest = since + FIRST_WAIT
      return now < longest ? Math.min(opensAt, longest) : 0
    }
    // That a name which the client does not have is missing breaks nothing.
    return holdings.get(id) ? gates.removalAt(typeUrl, id, now) : 0
  }
}
