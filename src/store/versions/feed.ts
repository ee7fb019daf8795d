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
  /** It is known that no entry went, so that nobody need look. */
  readonly nothingWent: boolean
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
export function beginFeed(database: Database, after: Partial<Position>): Promise<FirstFeedPage | null> {
  return database.inOrder(statements => begin(statements, after))
}

async function begin(
  statements: Statements,
  { revision = 0, stamp }: Partial<Position>,
): Promise<FirstFeedPage | null> {
  const { to, stampOfAfter, nothingWent, commits } = await look(statements.revisions, revision)
  const isLost = revision > 0 && stamp !== undefined && stampOfAfter !== stamp
  if (!isLost) {
    if (to.revision <= revision) return null
    const page = await pageOf(statements, startAt(revision, to, nothingWent), false)
    if (page !== null) return { ...page, commits }
  }
  // What would say which entries went is not there any more: the reader must forget all that it holds.
  return { ...(await beginAnew(statements, to)), commits: [] }
}

/** Where the database stands and what was committed after the reader's revision: one question, where that is enough. */
async function look(revisions: Revisions, after: number) {
  const asked = processTime()
  const rows = await revisions.since(after, TOLD_COMMITS + 1)
  const [newest] = rows
  const own = rows.find(row => row.revision === after)
  const to = newest ? { revision: newest.revision, stamp: newest.stamp } : await revisions.position()
  const fresh = rows.filter(({ revision }) => revision > after)
  const commits = fresh.slice(0, TOLD_COMMITS).map(({ revision, part, age }) => {
    return { revision, part, at: asked - Math.max(0, age) }
  })
  return {
    to,
    stampOfAfter: own || rows.length <= TOLD_COMMITS ? own?.stamp : await revisions.stampOf(after),
    // Whoever begins has nothing that could have gone; else only where all of them are there: retention may have taken some.
    nothingWent:
      after === 0 || (fresh.length === to.revision - after && fresh.every(({ removed }) => removed === 0)),
    commits: commits.reverse(),
  }
}

/** Where others write and retention takes all that it may, even what stood a moment ago can be gone. */
async function beginAnew(statements: Statements, to: Position): Promise<FeedPage> {
  const page = await pageOf(statements, startAt(0, to, true), true)
  if (page !== null) return page
  const newest = await statements.revisions.position()
  if (newest.revision === to.revision)
    throw new Error(`retention took what stands at revision ${to.revision}`)
  return beginAnew(statements, newest)
}

/** null when retention has meanwhile taken rows that the rest of the iteration would need. */
export function nextFeed(database: Database, cursor: FeedCursor): Promise<FeedPage | null> {
  return database.inOrder(statements => pageOf(statements, cursor, false))
}

function startAt(revision: number, to: Position, nothingWent: boolean): FeedCursor {
  return { after: revision, to, half: 'came', place: { revision, id: AFTER_ALL_IDS }, nothingWent }
}

/** null when retention has taken rows that it needs: looked at afterwards, for it may do so at any moment. */
async function pageOf(statements: Statements, cursor: FeedCursor, reset: boolean): Promise<FeedPage | null> {
  const reading = read(statements, cursor, reset)
  // Otherwise it asks once more when it has its first answer.
  if (!cursor.nothingWent) await reading
  const [page, floor] = await Promise.all([reading, statements.ledger.floor(null, STORED_PARTS)])
  const oldestNeeded = cursor.after === 0 ? cursor.to.revision : cursor.after
  return oldestNeeded < floor ? null : page
}

async function read({ archive }: Statements, cursor: FeedCursor, reset: boolean): Promise<FeedPage> {
  const { after, to, half, place, nothingWent } = cursor
  const walk = { after, to: to.revision, place }
  if (half === 'went') {
    const { rows, rest } = await archive.went(walk)
    return { ...to, reset, upserted: [], removed: rows, next: rest && { ...cursor, place: rest } }
  }
  const { rows, rest } = await archive.came(walk)
  if (rest !== null) return { ...to, reset, upserted: rows, removed: [], next: { ...cursor, place: rest } }
  if (nothingWent) return { ...to, reset, upserted: rows, removed: [], next: null }
  const went = { ...walk, place: { revision: after, id: AFTER_ALL_IDS } }
  const end = await archive.went(went)
  const next: FeedCursor | null = end.rest && { ...cursor, half: 'went', place: end.rest }
  return { ...to, reset, upserted: rows, removed: end.rows, next }
}
