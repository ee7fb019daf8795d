import type { Fenced } from '../store.ts'
import type { Database, Statements } from './statements.ts'

/** Of which source's pusher something comes, and which of those that relieve one another it is. */
interface Pusher {
  readonly source: string
  /** undefined: it is none of them. */
  readonly epoch?: number | undefined
}

/** What is judged before anything else of a write: whether another pusher has taken over. */
export async function fencedFrom(
  { fences }: Statements,
  { source, epoch }: Pusher,
): Promise<Fenced | undefined> {
  const newest = epoch === undefined ? undefined : await fences.newest(source)
  if (epoch === undefined || newest === undefined || newest <= epoch) return undefined
  return { outcome: 'fenced', given: epoch, newest }
}

/** Notes what an accepted write tells of its pusher: that it was heard, and its epoch. */
export async function noteAccepted(
  { hearings, fences }: Statements,
  { source, epoch }: Pusher,
): Promise<void> {
  await hearings.note(source)
  if (epoch !== undefined) await fences.raise(source, epoch)
}

/**
 * Judges and notes as one: with an epoch the source is locked, or another one could be noted in between. Without one there
 * is nothing to judge.
 */
export function asPusher<T>(
  database: Database,
  pusher: Pusher,
  act: (statements: Statements, fenced: Fenced | undefined) => Promise<T>,
): Promise<T> {
  if (pusher.epoch === undefined) return act(database.statements, undefined)
  return database.transaction({ source: pusher.source }, one => fencedFrom(one, pusher), act)
}

/** A sign of life. */
export function heard(database: Database, pusher: Pusher): Promise<{ readonly outcome: 'heard' } | Fenced> {
  return asPusher(database, pusher, async (statements, fenced) => {
    if (fenced) return fenced
    await noteAccepted(statements, pusher)
    return { outcome: 'heard' }
  })
}
