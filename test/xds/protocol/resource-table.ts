import type { Quarantined } from '../../../src/translate/quarantined.ts'
import type { Resource } from '../../../src/translate/resource.ts'
import { IdSet } from '../../../src/xds/names/id-set.ts'
import { Names } from '../../../src/xds/names/names.ts'
import { ChangeLog } from '../../../src/xds/tables/change-log.ts'
import { Share } from '../../../src/xds/tables/share.ts'
import type { View } from '../../../src/xds/tables/view.ts'

/** Those of all tests of a file, until they are renewed. */
export let NAMES = new Names(undefined, 1)

/** Nobody from before holds any of them. */
export function renewNames(): void {
  NAMES = new Names(undefined, 1)
}

/** Gives up names that nobody has, however few there are. */
export function sweepNames(): void {
  for (let more = NAMES.size; more >= 0; more--) NAMES.idOf(`waste-${more}`)
  NAMES.sweep()
}

/** Resources of one type by name, which can be written, and the view of them. */
export class ResourceTable {
  readonly #wildcard: boolean
  readonly #resources = new Map<string, Resource>()
  readonly #log = new ChangeLog()
  readonly #share: Share
  #quarantines: readonly Quarantined[] = []
  /** What readers did not want any more. */
  readonly forgotten: string[] = []
  readonly view: View

  /** `wildcard`: whether a wildcard subscription gets this type's names. */
  constructor(wildcard: boolean) {
    this.#wildcard = wildcard
    NAMES.keepFor(this)
    const table = this
    // What is done for many readers is done for few here.
    const share = new Share(NAMES, 1)
    share.readers = 2
    this.#share = share
    this.#log.attach(share)
    this.view = {
      get position() {
        return table.#log.position
      },
      get quarantines() {
        return table.#quarantines
      },
      share,
      get: id => {
        const known = share.get(id) ?? table.get(NAMES.textOf(id))
        if (known !== undefined) share.set(id, known)
        return known
      },
      all: () => {
        const ids = new IdSet()
        for (const name of table.names()) ids.add(NAMES.idOf(name))
        return ids
      },
      forget: id => table.forgotten.push(NAMES.textOf(id)),
      changedSince: cursor => table.#log.since(cursor),
    }
  }

  /** These versions are kept from whoever was not sent them, and none but these. */
  quarantine(...rows: readonly Quarantined[]): void {
    for (const { name } of [...this.#quarantines, ...rows]) this.#log.record(NAMES.idOf(name))
    this.#quarantines = rows
  }

  get(name: string): Resource | undefined {
    return this.#resources.get(name)
  }

  names(): Iterable<string> {
    return this.#wildcard ? this.#resources.keys() : []
  }

  /** Adds or replaces a resource; an equal version is no change. */
  set(resource: Resource): void {
    if (this.#resources.get(resource.name)?.version === resource.version) return
    this.#resources.set(resource.name, resource)
    this.#log.record(NAMES.idOf(resource.name))
  }

  remove(name: string): void {
    if (!this.#resources.delete(name)) return
    this.#log.record(NAMES.idOf(name))
  }

  /** The table becomes exactly these resources. */
  replaceAll(resources: Iterable<Resource>): void {
    const next = new Map<string, Resource>()
    for (const resource of resources) next.set(resource.name, resource)
    for (const name of this.#resources.keys()) if (!next.has(name)) this.remove(name)
    for (const resource of next.values()) this.set(resource)
  }

  markNames(inUse: IdSet): void {
    this.#log.markNames(inUse)
    this.#share.markNames(inUse)
  }

  /** Forgets the log: to be called when every reader has seen `position`. */
  forgetPassed(): void {
    this.#log.clear()
  }
}
