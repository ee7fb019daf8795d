import type { ClaimedVersions } from '../../proto/claimed-versions.ts'
import type { Resource } from '../../translate/resource.ts'
import { IdMap } from '../names/id-map.ts'
import type { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'
import type { Names } from '../names/names.ts'
import type { News } from '../protocol/news.ts'
import { type FirstPart, FirstParts } from './first-parts.ts'
import { VersionTable } from './version-table.ts'

const MANY = 32

/**
 * What readers who see the same have in common: resources that were looked up, their versions, the parts of a first sync,
 * and what is new. Each is there until its name may stand for something else. Names without a resource are not kept:
 * clients make up any number.
 */
export class Share {
  readonly resources = new IdMap<Resource>()
  readonly #versions = new VersionTable()
  readonly #parts: FirstParts
  readonly #many: number
  #news: News | undefined
  readers = 0

  /** `many`: fewer names than these are looked up for each reader alone. */
  constructor(names: Names, many = MANY) {
    this.#parts = new FirstParts(names)
    this.#many = many
  }

  get(id: NameId): Resource | undefined {
    return this.resources.get(id)
  }

  set(id: NameId, resource: Resource): void {
    this.resources.set(id, resource)
    this.#versions.set(id, resource.version)
  }

  /** It may be another one now. */
  delete(id: NameId): void {
    this.resources.delete(id)
    this.#versions.delete(id)
    this.#parts.delete(id)
    this.#news = undefined
  }

  markNames(inUse: IdSet): void {
    for (const id of this.resources.keys()) inUse.add(id)
    for (const id of [...(this.#news?.ids ?? []), ...(this.#news?.others ?? [])]) inUse.add(id)
    this.#parts.markNames(inUse)
  }

  /** What is new to many who have looked at all until `since`, and now until `until`; undefined: nobody has told. */
  news(since: number, until: number): News | undefined {
    return this.#news?.since === since && this.#news.until === until ? this.#news : undefined
  }

  /** What is new to one reader, who may not be the only one. */
  tell(news: News): void {
    if (this.readers > 1) this.#news = news
  }

  /** Whether a client says that it has what is here; false as well where that is not known here. */
  isNewest(claimed: ClaimedVersions, index: number): boolean {
    return claimed.isIn(this.#versions, index)
  }

  /** As `FirstParts.of`, of many names. */
  firstPart(names: IdSet, limit: number, get: (id: NameId) => Resource | undefined): FirstPart | undefined {
    if (names.size < this.#many) return undefined
    return this.#parts.of({ names, limit }, get, this.readers > 1)
  }
}
