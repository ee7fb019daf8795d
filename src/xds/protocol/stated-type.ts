import type { Resource } from '../../translate/resource.ts'
import type { NameId } from '../names/name-id.ts'
import { WILDCARD_ID } from '../names/names.ts'
import type { DeltaStreamResponse } from './delta-stream.ts'
import { StateVersion } from './state-version.ts'

/** What a statement of names changes of a client's wishes. */
export interface NameChanges {
  readonly subscribe: NameId[]
  readonly unsubscribe: NameId[]
}

/**
 * One type on a stream of the state of the world: the names that the client stated last, and what it was sent of them
 * so far. Its client is sent the whole of it where it is a root type: what is not there, is gone.
 */
export class StatedType {
  readonly #isRoot: boolean
  /** Never named anything: that is the wildcard, for root types. */
  #isUnnamed = true
  #names: ReadonlySet<NameId> = new Set()
  readonly #sent = new Map<NameId, Resource>()
  readonly #version = new StateVersion()

  constructor(isRoot: boolean) {
    this.#isRoot = isRoot
  }

  get version(): string {
    return this.#version.text
  }

  get names(): ReadonlySet<NameId> {
    return this.#names
  }

  /** All that was sent and is still wanted. */
  get sent(): ReadonlyMap<NameId, Resource> {
    return this.#sent
  }

  /**
   * xDS protocol, "How the client specifies what resources to return": no names are everything as long as the client
   * never named any; afterwards they are nothing.
   */
  state(names: readonly NameId[]): NameChanges {
    const before = this.#names
    if (names.length > 0) this.#isUnnamed = false
    const after = new Set(this.#isUnnamed && this.#isRoot ? [WILDCARD_ID] : names)
    this.#names = after
    const unsubscribe = [...before].filter(id => !after.has(id))
    if (unsubscribe.length > 0)
      this.#apply(
        [],
        [...this.#sent.keys()].filter(id => !this.#wants(id)),
      )
    return { subscribe: [...after].filter(id => !before.has(id)), unsubscribe }
  }

  /** What is sent now. */
  take({ resources, ids, gone }: Pick<DeltaStreamResponse, 'resources' | 'ids' | 'gone'>): void {
    const came = resources.map((one, index) => [ids[index] as NameId, one] as const)
    this.#apply(
      came.filter(([id]) => this.#wants(id)),
      gone,
    )
  }

  #wants(id: NameId): boolean {
    return this.#names.has(id) || this.#names.has(WILDCARD_ID)
  }

  #apply(came: readonly (readonly [NameId, Resource])[], gone: readonly NameId[]): void {
    const changed = [...gone, ...came.map(([id]) => id)]
    const went = changed.flatMap(id => this.#sent.get(id) ?? [])
    for (const id of gone) this.#sent.delete(id)
    for (const [id, one] of came) this.#sent.set(id, one)
    this.#version.change(
      came.map(([, one]) => one),
      went,
    )
  }
}
