/** Somebody who asks for assignments; only its identity counts. */
export type Asker = object

/**
 * Which assignments were asked for, by service: when the service changes, only those can be due to somebody.
 *
 * Names that exist are kept once for all: there are as many as services have ports. A name that is missing is kept
 * for those who asked for it, as long as they are there and want it: clients may make up any number.
 */
export class AskedNames {
  /** A few of each service: sets would be larger than what they hold. */
  readonly #existing = new Map<string, readonly string[]>()
  readonly #missing = new Map<string, Map<string, Set<Asker>>>()
  readonly #missedBy = new Map<Asker, Map<string, string>>()

  noteExisting(service: string, name: string): void {
    const names = this.#existing.get(service)
    if (names === undefined) this.#existing.set(service, [name])
    else if (!names.includes(name)) this.#existing.set(service, [...names, name])
  }

  noteMissing(service: string, name: string, asker: Asker): void {
    const names = this.#missing.get(service) ?? new Map<string, Set<Asker>>()
    this.#missing.set(service, names)
    const askers = names.get(name) ?? new Set()
    names.set(name, askers.add(asker))
    const missed = this.#missedBy.get(asker) ?? new Map<string, string>()
    this.#missedBy.set(asker, missed.set(name, service))
  }

  /** Who asked for a name does not want it any more. */
  forget(name: string, asker: Asker): void {
    const missed = this.#missedBy.get(asker)
    const service = missed?.get(name)
    if (missed === undefined || service === undefined) return
    missed.delete(name)
    if (missed.size === 0) this.#missedBy.delete(asker)
    this.#drop(service, name, asker)
  }

  /** The names to look at again because their service changed. Whoever still wants one asks again and is noted anew. */
  take(service: string): string[] {
    const names = [...(this.#existing.get(service) ?? []), ...(this.#missing.get(service)?.keys() ?? [])]
    this.#existing.delete(service)
    this.#missing.delete(service)
    return names
  }

  leave(asker: Asker): void {
    for (const [name, service] of this.#missedBy.get(asker) ?? []) this.#drop(service, name, asker)
    this.#missedBy.delete(asker)
  }

  /** How many names are kept. */
  get size(): number {
    let size = 0
    for (const names of this.#existing.values()) size += names.length
    for (const names of this.#missing.values()) size += names.size
    return size
  }

  #drop(service: string, name: string, asker: Asker): void {
    const names = this.#missing.get(service)
    const askers = names?.get(name)
    askers?.delete(asker)
    if (askers?.size === 0) names?.delete(name)
    if (names?.size === 0) this.#missing.delete(service)
  }
}
