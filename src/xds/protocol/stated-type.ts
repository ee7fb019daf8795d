import type { Resource } from '../../translate/resource.ts'
import type { DeltaStreamResponse } from './delta-stream.ts'
import { StateVersion } from './state-version.ts'
import { WILDCARD } from './wildcard.ts'

/** What a statement of names changes of a client's wishes. */
export interface NameChanges {
  readonly subscribe: string[]
  readonly unsubscribe: string[]
}

/**
 * One type on a stream of the state of the world: the names that the client stated last, and what it was sent of them
 * so far. Its client is sent the whole of it where it is a root type: what is not there, is gone.
 */
export class StatedType {
  readonly #isRoot: boolean
  /** Never named anything: that is the wildcard, for root types. */
  #isUnnamed = true
  #names: ReadonlySet<string> = new Set()
  readonly #sent = new Map<string, Resource>()
  readonly #version = new StateVersion()

  constructor(isRoot: boolean) {
    this.#isRoot = isRoot
  }

  get version(): string {
    return this.#version.text
  }

  get names(): ReadonlySet<string> {
    return this.#names
  }

  /** All that was sent and is still wanted. */
  get sent(): ReadonlyMap<string, Resource> {
    return this.#sent
  }

  /**
   * xDS protocol, "How the client specifies what resources to return": no names are everything as long as the client
   * never named any; afterwards they are nothing.
   */
  state(names: readonly string[]): NameChanges {
    const before = this.#names
    if (names.length > 0) this.#isUnnamed = false
    const after = new Set(this.#isUnnamed && this.#isRoot ? [WILDCARD] : names)
    this.#names = after
    const unsubscribe = [...before].filter(name => !after.has(name))
    if (unsubscribe.length > 0)
      this.#apply(
        [],
        [...this.#sent.keys()].filter(name => !this.#wants(name)),
      )
    return { subscribe: [...after].filter(name => !before.has(name)), unsubscribe }
  }

  /** What is sent now. */
  take({ resources, removed }: Pick<DeltaStreamResponse, 'resources' | 'removed'>): void {
    this.#apply(
      resources.filter(({ name }) => this.#wants(name)),
      removed,
    )
  }

  #wants(name: string): boolean {
    return this.#names.has(name) || this.#names.has(WILDCARD)
  }

  #apply(came: readonly Resource[], removed: readonly string[]): void {
    const names = [...removed, ...came.map(one => one.name)]
    const went = names.flatMap(name => this.#sent.get(name) ?? [])
    for (const name of removed) this.#sent.delete(name)
    for (const one of came) this.#sent.set(one.name, one)
    this.#version.change(came, went)
  }
}
