import type { Resource } from '../translate/resource.ts'
import type { ChangeLog } from './change-log.ts'
import type { View } from './view.ts'

/**
 * The assignments that one viewpoint sees. Assignments are only asked for by name; a name whose service or port does
 * not exist is missing, a service without endpoints has an empty assignment.
 */
export class AssignmentView implements View {
  readonly #log: ChangeLog
  readonly #get: (name: string) => Resource | undefined

  constructor(log: ChangeLog, get: (name: string) => Resource | undefined) {
    this.#log = log
    this.#get = get
  }

  get position(): number {
    return this.#log.position
  }

  get(name: string): Resource | undefined {
    return this.#get(name)
  }

  names(): Iterable<string> {
    return []
  }

  changedSince(cursor: number): Iterable<string> {
    return this.#log.since(cursor)
  }
}
