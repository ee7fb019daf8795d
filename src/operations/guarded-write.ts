import {
  type ChangeCounts,
  type Fenced,
  StoreUnavailable,
  type Write,
  type WriteResult,
} from '../store/store.ts'
import { type Current, currentWorld, worldFrom } from './current-world.ts'
import { type EndpointRemoval, excessiveRemoval, mayRemoveTooMany } from './endpoint-removal.ts'
import type { PreparedPart } from './intake/prepared.ts'
import { type Refusal, refuse } from './refusal.ts'

/** So often a push is judged, where others change its source meanwhile. */
const TRIES = 10

/**
 * Stores a write, unless its topology, which replaces what stands, takes more of the source's endpoints than one push may:
 * an empty list of a broken syncer must not empty a fleet.
 *
 * What stands is counted in the world of this replica, which may be late. So the store is told the revision of that
 * world, and writes nothing where the topology is newer: then it is judged again.
 */
export async function guardedWrite(
  current: Current,
  /** undefined: the write replaces none, or it may remove whatever it likes. */
  topology: PreparedPart | undefined,
  write: Write,
): Promise<WriteResult | Fenced | Refusal> {
  const { source } = write
  for (let tries = 0; tries < TRIES; tries += 1) {
    const judgement = await judge(current, source, topology)
    const result = await current.store.write(attempt(write, judgement))
    const { removal } = judgement
    if (removal !== undefined && result.outcome === 'written')
      return refuseRemoval(source, removal, result.changed)
    if (result.outcome !== 'moved') return result
    const { revision: reached } = await worldFrom(current.replica, result.revision)
    if (reached < result.revision)
      throw undecided(source, `this replica has not read revision ${result.revision} yet`)
  }
  throw undecided(source, `others changed it ${TRIES} times meanwhile`)
}

/** What a topology removes, as of a revision; nothing of both where it does not matter what stands. */
interface Judgement {
  readonly revision?: number
  readonly removal?: EndpointRemoval | undefined
}

async function judge(
  current: Current,
  source: string,
  topology: PreparedPart | undefined,
): Promise<Judgement> {
  const world = current.replica.world()
  if (topology === undefined || !mayRemoveTooMany(world, source, topology)) return {}
  const removal = await excessiveRemoval(world, source, topology)
  if (removal === undefined) return { revision: world.revision }
  // Nobody is refused for what stood before.
  const newest = await currentWorld(current)
  return { revision: newest.revision, removal: await excessiveRemoval(newest, source, topology) }
}

/**
 * The entries stay for another try. What is refused is tried without storing it, for what it would have changed; and
 * because conditions that do not hold are told before.
 */
function attempt(write: Write, { revision, removal }: Judgement): Write {
  if (revision === undefined) return write
  const parts = write.parts.map(one => {
    const entries = one.entries.slice()
    return one.mode === 'replace' && one.part === 'topology'
      ? { ...one, entries, unchangedSince: revision }
      : { ...one, entries }
  })
  return { ...write, parts, dryRun: write.dryRun || removal !== undefined }
}

function refuseRemoval(source: string, removal: EndpointRemoval, changed: ChangeCounts): Refusal {
  const { endpoints, maxRemoved } = removal
  const what =
    endpoints.after === 0
      ? `leave source ${source} none of its ${endpoints.before} endpoints`
      : `remove ${endpoints.removed} of the ${endpoints.before} endpoints of source ${source}, more than its settings allow (maxRemoved ${maxRemoved})`
  const detail = `this push would ${what}; nothing was stored. If that is meant, push it with ?force=true`
  return { ...refuse('conflict', detail), removal: { ...removal, changed } }
}

function undecided(source: string, reason: string): StoreUnavailable {
  const hint = 'push again'
  const message = `a push of source ${source} could not be judged: ${reason}: ${hint}`
  return new StoreUnavailable(message, { operation: 'write', hint })
}
