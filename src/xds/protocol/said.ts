import type { DeltaRequest } from '../../proto/delta-request.ts'
import type { NameId } from '../names/name-id.ts'

/** What a client says, in whatever form of the protocol. */
export interface Said extends Omit<DeltaRequest, 'node'> {
  /** Of the first request of a type: the client had it on an earlier stream; default: it brings versions. */
  readonly hasReturned?: boolean
  /** What the answered response had beside its news. */
  readonly repeated?: () => Iterable<NameId>
  /** The names are what a statement of all names changed: none of them is a question. */
  readonly isStated?: boolean
}
