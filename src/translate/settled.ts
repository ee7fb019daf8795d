/** What a draft may change in place, as collections of Immutable are after `asMutable`. */
interface Draft<Settled> {
  wasAltered(): boolean
  asImmutable(): Settled
}

/** A draft as the next world has it: what the world before had, where nothing is another, so that readers can tell. */
export function settled<Settled>(draft: Draft<Settled>, before: Settled): Settled {
  return draft.wasAltered() ? draft.asImmutable() : before
}
