import { EMPTY_PART_DIGEST, snapshotDigest } from '../model/part-digest.ts'
import type { SourceState, Store, WriteResult } from '../store/store.ts'
import type { Push } from './push.ts'
import type { PartName } from './write-answer.ts'

/** A body whose content is what stands now. */
export interface StandingBody {
  /** SHA-256 of its bytes. */
  readonly bodyDigest: string
  /** What pushing it again comes to. */
  readonly result: WriteResult
}

/** Smaller bodies are parsed faster than the database is asked. */
const WORTH_ASKING = 64 * 1024

/**
 * Remembers which bytes gave which content, so that a syncer that sends all of a large fleet again and again is
 * answered without parsing it. Content decides: an entry is believed only while its digest is what stands.
 */
export class StandingBodies {
  readonly #known = new Map<string, { readonly bodyDigest: string; readonly digest: string }>()

  /** Whether this push is worth remembering; to be asked while its bytes are still there. */
  concerns({ mode, bytes }: Push): boolean {
    return mode === 'replace' && bytes.length >= WORTH_ASKING
  }

  async find(store: Store, request: Push): Promise<StandingBody | undefined> {
    const { source, part } = request
    const known = this.#known.get(`${source}/${part}`)
    if (!known) return undefined
    const state = (await store.sources()).find(one => one.source === source)
    if (!state || digestOf(state, part) !== known.digest) return undefined
    return { bodyDigest: known.bodyDigest, result: again(state, request, known.digest) }
  }

  remember({ source, part, dryRun }: Push, bodyDigest: string, result: WriteResult): void {
    if (dryRun) return
    if (result.outcome === 'written' || result.outcome === 'unchanged')
      this.#known.set(`${source}/${part}`, { bodyDigest, digest: result.digest })
  }
}

function again(state: SourceState, { part, ifMatch, ifNoneMatch }: Push, digest: string): WriteResult {
  const matches = ifMatch === undefined || ifMatch.includes('*') || ifMatch.includes(digest)
  if (!matches || ifNoneMatch) return { outcome: 'conflict', digest }
  const own = state.parts.filter(one => part === 'both' || one.part === part)
  return { outcome: 'unchanged', revision: Math.max(...own.map(one => one.revision)), digest }
}

function digestOf(state: SourceState, part: PartName): string | undefined {
  const digest = (name: string) => state.parts.find(one => one.part === name)?.digest
  if (part !== 'both') return digest(part)
  return snapshotDigest(digest('topology') ?? EMPTY_PART_DIGEST, digest('routes') ?? EMPTY_PART_DIGEST)
}
