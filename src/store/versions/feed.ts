import type { ChangeBatch, Commit, Position } from '../../model/change.ts'
import { STORED_PARTS } from '../../model/entry.ts'
import { processTime } from '../../process-time.ts'
import type { Database, Place, Revisions, Statements } from './statements.ts'

/** Which piece of the feed comes next: where in which half. */
export interface FeedCursor {
  /** The reader's state; 0 when it must begin anew. */
  readonly after: number
  /** The newest revision when the iteration began. */
  readonly to: Position
  readonly half: 'came' | 'went'
  readonly place: Place
}

export interface FeedPage extends ChangeBatch, Position {
  readonly next: FeedCursor | null
}

export interface FirstFeedPage extends FeedPage {
  /** Of what is new to the reader, oldest first; of very much the newest alone, and none after a reset. */
  readonly commits: readonly Commit[]
}

const AFTER_ALL_IDS = Number.MAX_SAFE_INTEGER

/** So many commits are told one by one. A replica that was away for hours need not say how late each of them is. */
const TOLD_COMMITS = 256

/** The change feed: first what came, then what went, each a walk along its own index. null: nothing is newer. */
export async function beginFeed(database: Database, after: Partial<Position>): Promise<FirstFeedPage | null> {
  const { revision = 0, stamp } = after
  const { to, stampOfAfter, commits } = await look(database.statements.revisions, revision)
  const isLost = revision > 0 && stamp !== undefined && stampOfAfter !== stamp
  if (!isLost) {
    if (to.revision <= revision) return null
    const page = await pageOf(database, startAt(revision, to), false)
    if (page !== null) return { ...page, commits }
  }
  // What would say which entries went is not there any more: the reader must forget all that it holds.
  return { ...(await beginAnew(database, to)), commits: [] }
}

/** Where the database stands and what was committed after the reader's revision: one question, where that is enough. */
async function look(revisions: Revisions, after: number) {
  const asked = processTime()
  const rows = await revisions.since(after, TOLD_COMMITS + 1)
  const [newest] = rows
  const own = rows.find(row => row.revision === after)
  const commits = rows.slice(0, TOLD_COMMITS).flatMap(({ revision, part, age }) => {
    return revision > after ? [{ revision, part, at: asked - Math.max(0, age) }] : []
  })
  return {
    to: newest ? { revision: newest.revision, stamp: newest.stamp } : await revisions.position(),
    stampOfAfter: own || rows.length <= TOLD_COMMITS ? own?.stamp : await revisions.stampOf(after),
    commits: commits.reverse(),
  }
}

/** Where others write and retention takes all that it may, even what stood a moment ago can be gone. */
async function beginAnew(database: Database, to: Position): Promise<FeedPage> {
  const page = await pageOf(database, startAt(0, to), true)
  if (page !== null) return page
  const newest = await database.statements.revisions.position()
  if (newest.revision === to.revision)
    throw new Error(`retention took what stands at revision ${to.revision}`)
  return beginAnew(database, newest)
}

/** null when retention has meanwhile taken rows that the rest of the iteration would need. */
export function nextFeed(database: Database, cursor: FeedCursor): Promise<FeedPage | null> {
  return pageOf(database, cursor, false)
}

function startAt(revision: number, to: Position): FeedCursor {
  return { after: revision, to, half: 'came', place: { revision, id: AFTER_ALL_IDS } }
}

/** null when retention has taken rows that it needs: looked at afterwards, for it may do so at any moment. */
async function pageOf(database: Database, cursor: FeedCursor, reset: boolean): Promise<FeedPage | null> {
  const page = await read(database.statements, cursor, reset)
  const oldestNeeded = cursor.after === 0 ? cursor.to.revision : cursor.after
  const floor = await database.statements.ledger.floor(null, STORED_PARTS)
  return oldestNeeded < floor ? null : page
}

async function read({ archive }: Statements, cursor: FeedCursor, reset: boolean): Promise<FeedPage> {
  const { after, to, half, place } = cursor
  const walk = { after, to: to.revision, place }
  if (half === 'went') {
    const { rows, rest } = await archive.went(walk)
    return { ...to, reset, upserted: [], removed: rows, next: rest && { ...cursor, place: rest } }
  }
  const { rows, rest } = await archive.came(walk)
  if (rest !== null) return { ...to, reset, upserted: rows, removed: [], next: { ...cursor, place: rest } }
  // Whoever begins has nothing that could have gone.
  if (after === 0) return { ...to, reset, upserted: rows, removed: [], next: null }
  const went = { ...walk, place: { revision: after, id: AFTER_ALL_IDS } }
  const end = await archive.went(went)
  const next: FeedCursor | null = end.rest && { ...cursor, half: 'went', place: end.rest }
  return { ...to, reset, upserted: rows, removed: end.rows, next }
}
