import type { Quarantined } from '../../../src/translate/quarantined.ts'
import type { Resource } from '../../../src/translate/resource.ts'
import { ChangeLog } from '../../../src/xds/tables/change-log.ts'
import type { View } from '../../../src/xds/tables/view.ts'

/** Resources of one type by name, as a view that can be written. */
export class ResourceTable implements View {
  readonly #wildcard: boolean
  readonly #resources = new Map<string, Resource>()
  readonly #log = new ChangeLog()
  #quarantines: readonly Quarantined[] = []
  /** What readers did not want any more. */
  readonly forgotten: string[] = []

  /** `wildcard`: whether a wildcard subscription gets this type's names. */
  constructor(wildcard: boolean) {
    this.#wildcard = wildcard
  }

  get position(): number {
    return this.#log.position
  }

  get quarantines(): readonly Quarantined[] {
    return this.#quarantines
  }

  /** These versions are kept from whoever was not sent them, and none but these. */
  quarantine(...rows: readonly Quarantined[]): void {
    for (const { name } of [...this.#quarantines, ...rows]) this.#log.record(name)
    this.#quarantines = rows
  }

  get(name: string): Resource | undefined {
    return this.#resources.get(name)
  }

  names(): Iterable<string> {
    return this.#wildcard ? this.#resources.keys() : []
  }

  forget(name: string): void {
    this.forgotten.push(name)
  }

  changedSince(cursor: number): Iterable<string> {
    return this.#log.since(cursor)
  }

  /** Adds or replaces a resource; an equal version is no change. */
  set(resource: Resource): void {
    if (this.#resources.get(resource.name)?.version === resource.version) return
    this.#resources.set(resource.name, resource)
    this.#log.record(resource.name)
  }

  remove(name: string): void {
    if (!this.#resources.delete(name)) return
    this.#log.record(name)
  }

  /** The table becomes exactly these resources. */
  replaceAll(resources: Iterable<Resource>): void {
    const next = new Map<string, Resource>()
    for (const resource of resources) next.set(resource.name, resource)
    for (const name of this.#resources.keys()) if (!next.has(name)) this.remove(name)
    for (const resource of next.values()) this.set(resource)
  }

  /** Forgets the log: to be called when every reader has seen `position`. */
  forgetPassed(): void {
    this.#log.clear()
  }
}
