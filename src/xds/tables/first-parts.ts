import type { Resource } from '../../translate/resource.ts'
import { IdMap } from '../names/id-map.ts'
import { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'
import type { Names } from '../names/names.ts'

/** What goes into one response to a client that has nothing of it. It does not change. */
export interface FirstPart {
  readonly resources: readonly Resource[]
  /** Their names: in order, as a set, and with what they stand for. */
  readonly ids: readonly NameId[]
  readonly named: IdSet
  readonly byName: IdMap<Resource>
  /** Names that they refer to. */
  readonly references: IdSet
  /** There is more, which did not fit. */
  readonly partial: boolean
}

/** What was asked for. */
interface Asked {
  readonly names: IdSet
  /** Bytes of resources in one response. */
  readonly limit: number
}

interface MadePart extends Asked {
  readonly part: FirstPart
}

/** Parts that are kept at most: those of several first syncs. */
const KEPT = 32

/** Parts of first syncs: whoever sees the same and asks for the same is sent the same. */
export class FirstParts {
  readonly #names: Names
  /** Those that were made last come last. */
  #parts: MadePart[] = []

  constructor(names: Names) {
    this.#names = names
  }

  /** The first part of all that is asked for and exists; undefined: nothing exists. `isKept`: others may ask for it. */
  of(asked: Asked, get: (id: NameId) => Resource | undefined, isKept: boolean): FirstPart | undefined {
    const known = this.#parts.find(one => one.limit === asked.limit && one.names.equals(asked.names))
    if (known !== undefined) return known.part
    const part = this.#make(asked, get)
    if (part.ids.length === 0) return undefined
    if (!isKept) return part
    if (this.#parts.length === KEPT) this.#parts.shift()
    this.#parts.push({ limit: asked.limit, names: IdSet.of(asked.names), part })
    return part
  }

  markNames(inUse: IdSet): void {
    for (const { part } of this.#parts) inUse.addAll(part.references)
  }

  /** It may be another one now, or have come to be. */
  delete(id: NameId): void {
    if (this.#parts.some(one => isMadeOf(one, id)))
      this.#parts = this.#parts.filter(one => !isMadeOf(one, id))
  }

  #make({ names, limit }: Asked, get: (id: NameId) => Resource | undefined): FirstPart {
    const resources: Resource[] = []
    const ids: NameId[] = []
    const byName = new IdMap<Resource>()
    const references = new IdSet()
    let size = 0
    let partial = false
    for (const id of names.list()) {
      const resource = get(id)
      if (resource === undefined) continue
      size += resource.encoded.length
      if (size > limit && ids.length > 0) {
        partial = true
        break
      }
      resources.push(resource)
      ids.push(id)
      byName.set(id, resource)
      for (const one of this.#names.referencesOf(id, resource.references)) references.add(one)
    }
    return { resources, ids, named: IdSet.of(ids), byName, references, partial }
  }
}

/** Of a part that is not the last, names behind its own were not looked at. */
function isMadeOf({ names, part }: MadePart, id: NameId): boolean {
  if (part.named.has(id)) return true
  return names.has(id) && (!part.partial || id < (part.ids.at(-1) as NameId))
}
