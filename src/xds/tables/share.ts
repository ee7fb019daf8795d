import type { ClaimedVersions } from '../../proto/claimed-versions.ts'
import type { Resource } from '../../translate/resource.ts'
import { IdMap } from '../names/id-map.ts'
import type { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'
import type { Names } from '../names/names.ts'
import { type FirstPart, FirstParts } from './first-parts.ts'
import { VersionTable } from './version-table.ts'

const MANY = 32

/**
 * What readers who see the same have in common: resources that were looked up, their versions, and the parts of a first
 * sync. Each is there until its name may stand for something else. Names without a resource are not kept: clients make
 * up any number.
 */
export class Share {
  readonly resources = new IdMap<Resource>()
  readonly #versions = new VersionTable()
  readonly #parts: FirstParts
  readonly #many: number
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
    this.#parts.clear()
  }

  markNames(inUse: IdSet): void {
    for (const id of this.resources.keys()) inUse.add(id)
    this.#parts.markNames(inUse)
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
