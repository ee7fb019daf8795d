import type { Fenced, PartWrite, Write, WriteResult } from '../store/store.ts'
import { bodyDigest } from './body-digest.ts'
import type { Collaborators } from './collaborators.ts'
import { currentWorld } from './current-world.ts'
import { endSilence } from './end-silence.ts'
import { guardedWrite } from './guarded-write.ts'
import type { PreparedPart, PrepareRequest } from './intake/prepared.ts'
import { previewWorld } from './preview-world.ts'
import { isRefusal, type Refusal, refuse, refuseFenced } from './refusal.ts'
import { nameRemovedZones } from './removed-zones.ts'
import { standingWarnings } from './standing-warnings.ts'
import { type PartName, partsOf, type WriteAnswer, writeAnswer } from './write-answer.ts'

/** One document of a pusher, as it came. */
export interface Push {
  readonly source: string
  readonly part: PartName
  /** `replace`: the document is all of the part. `patch`: it says what to add, change and remove. */
  readonly mode: 'replace' | 'patch'
  /** The document is of Kubernetes objects, written so. */
  readonly kubernetes?: 'json' | 'yaml'
  /** Given away: nobody may read them afterwards. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly author: string
  readonly dryRun: boolean
  /** Of a `replace`: however many endpoints go. */
  readonly force?: boolean
  /** As in the store's `Write`. */
  readonly ifMatch?: readonly string[]
  readonly ifNoneMatch?: boolean
  readonly epoch?: number
}

/** Smaller bodies are parsed faster than the database is asked. */
const WORTH_ASKING = 64 * 1024

/**
 * Parses, tries the translation, stores: all of the document or nothing of it. A pusher of whom something was accepted
 * was heard; of one that is only ever refused, what stands gets as old as if he said nothing.
 */
export async function push(collaborators: Collaborators, request: Push): Promise<WriteAnswer | Refusal> {
  const answer = await accept(collaborators, request)
  if (!isRefusal(answer) && !request.dryRun) await endSilence(collaborators, request.source)
  return answer
}

async function accept(collaborators: Collaborators, request: Push): Promise<WriteAnswer | Refusal> {
  const { intake, store } = collaborators
  const digest = await bodyDigest(pushedAs(request), request.bytes)
  // A syncer that sends all of a large fleet again and again is answered without parsing it.
  if (request.mode === 'replace' && request.bytes.length >= WORTH_ASKING) {
    const parts = partsOf(request.part)
    const { dryRun } = request
    const repeated = await store.repeat({ ...conditionsOf(request), parts, bodyDigest: digest, dryRun })
    if (repeated !== undefined) return judge(request, repeated, [])
  }
  const prepared = await intake.prepare(prepareRequest(request))
  if (!prepared.ok) {
    return prepared.malformed
      ? refuse('malformed', `the body is not ${languageOf(request)} that can be read`, prepared.problems)
      : refuse('invalid', 'the document says what must not be; nothing was stored', prepared.problems)
  }
  const parts = await nameRemovedZones(store, request.source, prepared.value.parts)
  if ('refused' in parts) return parts
  // Before the write: the entries are given away to it.
  const preview = request.dryRun
    ? await previewWorld(store, await currentWorld(collaborators), request, parts)
    : undefined
  const topology = guardedTopology(request, parts)
  const result = await guardedWrite(collaborators, topology, storeWrite(request, parts, digest))
  if (isRefusal(result)) return result
  if (result.outcome !== 'written' && result.outcome !== 'unchanged') return judge(request, result, [])
  const written = { preview, revision: result.revision, isNew: result.outcome === 'written' }
  const standing = await standingWarnings(collaborators, request.source, prepared.value, written)
  return judge(request, result, [...prepared.warnings, ...standing])
}

/** A patch names what goes. */
function guardedTopology({ mode, force }: Push, parts: readonly PreparedPart[]): PreparedPart | undefined {
  return mode === 'replace' && !force ? parts.find(({ part }) => part === 'topology') : undefined
}

function pushedAs({ part, kubernetes }: Push): string {
  return kubernetes === undefined ? part : `kubernetes ${kubernetes} ${part}`
}

function languageOf({ kubernetes }: Push): string {
  return kubernetes === 'yaml' ? 'YAML' : 'JSON'
}

function prepareRequest({ part, mode, kubernetes, bytes }: Push): PrepareRequest {
  if (kubernetes !== undefined) return { kind: 'kubernetes', part, format: kubernetes, bytes }
  if (mode === 'patch' && part !== 'both') return { kind: 'patch', part, bytes }
  return { kind: part === 'both' ? 'snapshot' : part, bytes }
}

function storeWrite(request: Push, parts: readonly PreparedPart[], digest: string): Write {
  const partWrite = ({ part, entries, remove }: PreparedPart): PartWrite =>
    request.mode === 'replace'
      ? { part, entries, mode: 'replace', bodyDigest: digest }
      : { part, entries, mode: 'patch', remove }
  return { ...conditionsOf(request), dryRun: request.dryRun, parts: parts.map(partWrite) }
}

function conditionsOf({ source, author, ifMatch, ifNoneMatch, epoch }: Push): Omit<Write, 'parts'> {
  return {
    source,
    author,
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    ...(epoch === undefined ? {} : { epoch }),
  }
}

function judge(
  request: Push,
  result: WriteResult | Fenced,
  warnings: WriteAnswer['warnings'],
): WriteAnswer | Refusal {
  const { source, part, ifNoneMatch } = request
  const what = part === 'both' ? 'either part' : `any ${part}`
  if (result.outcome === 'unknown')
    return refuse('conflict', `source ${source} never pushed ${what}: a patch needs a PUT before it`)
  if (result.outcome === 'fenced') return refuseFenced(source, result)
  if (result.outcome !== 'conflict') return writeAnswer(request, result, warnings)
  if (ifNoneMatch && result.digest !== null)
    return refuse('precondition', `source ${source} has pushed before; "${result.digest}" stands`)
  const stands = result.digest === null ? 'nothing was ever pushed' : `"${result.digest}" stands`
  return refuse('precondition', `If-Match does not hold: ${stands}`)
}
