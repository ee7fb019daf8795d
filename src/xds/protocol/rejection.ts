import type { NameId } from '../names/name-id.ts'

/** Longest text of a NACK that is kept, in characters. */
const DETAIL_LIMIT = 4096
/** How much of a NACK's text is searched for names. */
const SEARCH_LIMIT = 65_536

/** The last NACK of one type that no later ACK has made good. */
export interface Rejection {
  /** The client's words. */
  readonly detail: string
  /** Resources that the words name; of a response with one resource, that one. */
  readonly resources: readonly string[]
  /** RFC 3339. */
  readonly at: string
  /** Number of the response that was rejected. */
  readonly response: number
}

/**
 * What of one type stands rejected. Entered by `reject`; left when each resource it is about was accepted in a later
 * version, removed or unsubscribed.
 */
export class Rejections {
  #last: Rejection | undefined
  readonly #open = new Set<NameId>()

  get last(): Rejection | undefined {
    return this.#last
  }

  reject(rejection: Rejection, about: Iterable<NameId>): void {
    this.#last = { ...rejection, detail: rejection.detail.slice(0, DETAIL_LIMIT) }
    for (const name of about) this.#open.add(name)
  }

  /** These resources are good now, or of no concern any more. */
  repair(ids: Iterable<NameId>): void {
    if (this.#last === undefined) return
    for (const id of ids) this.#open.delete(id)
    if (this.#open.size === 0) this.#last = undefined
  }
}

/**
 * Which of `names` a NACK is about. Clients may take some resources of a response and reject others (gRFC A46), and
 * say which only in words, as Envoy: "Error adding/updating cluster(s) default/web/80: …".
 */
export function namedIn(detail: string, names: readonly string[]): string[] {
  const words = wordsOf(detail)
  return names.filter(name => words.has(name))
}

/** What may be a name in words. */
export function wordsOf(detail: string): ReadonlySet<string> {
  const words = detail.slice(0, SEARCH_LIMIT).split(/[^A-Za-z0-9_./-]+/)
  return new Set(words.map(word => word.replace(/\.+$/, '')))
}
