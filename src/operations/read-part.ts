import type { Part } from '../model/entry.ts'
import { EMPTY_PART_DIGEST, snapshotDigest } from '../model/part-digest.ts'
import type { PartState, Store } from '../store/store.ts'
import { partDocument, snapshotDocument } from './part-document.ts'
import { isGone, isRefusal, type Refusal, refuse, refuseGone } from './refusal.ts'

/** What a source said in one part, in the form in which it can be pushed again. */
export interface PartReading {
  readonly digest: string
  /** The revision that last changed it, as of the revision asked for. */
  readonly revision: number
  /** Pieces of JSON text. */
  readonly document: Iterable<string>
}

export async function readPart(
  store: Store,
  source: string,
  part: Part,
  revision?: number,
): Promise<PartReading | Refusal> {
  const state = await partState(store, source, part, revision)
  if (isRefusal(state)) return state
  return {
    digest: state.digest,
    revision: state.revision,
    document: partDocument(part, state.entries),
  }
}

/** Both parts of a source as of one moment; a part that it never pushed is an empty one. */
export async function readSnapshot(
  store: Store,
  source: string,
  revision?: number,
): Promise<PartReading | Refusal> {
  // One revision for both reads, or a push in between would show half of itself.
  const moment = revision ?? (await store.head())
  const topology = await partState(store, source, 'topology', moment)
  const routes = await partState(store, source, 'routes', moment)
  if (isRefusal(topology) && (isRefusal(routes) || topology.refused !== 'unknown')) return topology
  if (isRefusal(routes) && routes.refused !== 'unknown') return routes
  const parts = { topology: stateOr(topology), routes: stateOr(routes) }
  return {
    digest: snapshotDigest(parts.topology.digest, parts.routes.digest),
    revision: Math.max(parts.topology.revision, parts.routes.revision),
    document: snapshotDocument(parts.topology.entries, parts.routes.entries),
  }
}

const NEVER_PUSHED: PartState = { entries: [], digest: EMPTY_PART_DIGEST, revision: 0 }

function stateOr(state: PartState | Refusal): PartState {
  return isRefusal(state) ? NEVER_PUSHED : state
}

async function partState(
  store: Store,
  source: string,
  part: Part,
  revision?: number,
): Promise<PartState | Refusal> {
  const ahead = revision === undefined ? undefined : await refuseFuture(store, revision)
  if (ahead) return ahead
  const state = await store.part(source, part, revision)
  if (state === null) {
    const when = revision === undefined ? '' : ` at revision ${revision}`
    return refuse('unknown', `source ${source} has pushed no ${part}${when}`)
  }
  return isGone(state) ? refuseGone(revision ?? 0, state) : state
}

/** A question about a revision that is yet to come would get an answer that changes later. */
export async function refuseFuture(store: Store, revision: number): Promise<Refusal | undefined> {
  const head = await store.head()
  if (revision <= head) return undefined
  return refuse('unknown', `revision ${revision} is yet to come: the newest is ${head}`)
}
