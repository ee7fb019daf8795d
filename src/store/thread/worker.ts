import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { within } from '../../within.ts'
import type { Location } from '../location.ts'
import { type Acts, acts } from './acts.ts'
import type { Backend, Unavailable, Watcher } from './backend.ts'
import { FollowedFeed } from './followed-feed.ts'
import { HeadWatch } from './head-watch.ts'
import type { Reply, Request, WorkerInput } from './messages.ts'
import { OwnCommits } from './own-commits.ts'

interface Form {
  open(mustExist: boolean): Promise<Backend>
  /** The database's own failures; undefined for everything else, which is a bug and stays an exception. */
  unavailable(error: unknown): Unavailable | undefined
}

/** After these the head may have moved. */
const WRITES: ReadonlySet<keyof Acts> = new Set(['write', 'restore', 'removeSource', 'control'])

/** In milliseconds, for what is under way at the end. */
const GRACE = 5_000

const port = parentPort as MessagePort
const { location, mustExist } = workerData as WorkerInput
const form = await formOf(location)
try {
  serve(await form.open(mustExist))
} catch (error) {
  say({ id: 0, ...failure(error) })
  port.close()
}

/** Answers what the main thread asks, and tells where the head is. */
function serve(backend: Backend): void {
  const own = new OwnCommits()
  const feed = new FollowedFeed(backend, own)
  const known = acts(backend, feed)
  const watch = new HeadWatch(
    () => feed.head(),
    head => say({ head }),
  )
  const look = (revision?: number) =>
    void watch.look(revision).catch(error => {
      // A database that cannot be asked is found out by whoever needs an answer of it.
      if (form.unavailable(error) === undefined) throw error
    })
  backend.watch({ look, reported: () => say({ reported: true }), tell: outageTeller() })
  const underWay = new Set<Promise<void>>()
  port.on('message', async (request: Request) => {
    if (request.act === 'close') {
      await within(GRACE, Promise.all(underWay))
      await backend.close()
      port.close()
      return
    }
    const { id, act, args } = request
    const answer = async () => (known[act] as (...args: readonly unknown[]) => Promise<unknown>)(...args)
    const answering = answer().then(
      value => {
        if (WRITES.has(act)) own.note(writtenBy(value as Written))
        say({ id, value })
      },
      error => say({ id, ...failure(error) }),
    )
    underWay.add(answering)
    await answering
    underWay.delete(answering)
    if (WRITES.has(act)) look()
  })
  say({ id: 0, value: null })
  look()
}

type Written = Awaited<ReturnType<Acts['write' | 'restore' | 'removeSource' | 'control']>>

/** null: nothing. */
function writtenBy(result: Written): number | null {
  return result.outcome === 'written' ? result.revision : null
}

/** Passes on what is new. */
function outageTeller(): Watcher['tell'] {
  let last: string | undefined
  return outage => {
    if (outage?.cause === last) return
    last = outage?.cause
    say({ outage })
  }
}

async function formOf(location: Location): Promise<Form> {
  if (location.kind === 'sqlite') {
    const { openSqlite, unavailable } = await import('../sqlite/backend.ts')
    return { open: mustExist => openSqlite(location.path, mustExist), unavailable }
  }
  const { openPostgres, unavailable } = await import('../postgres/backend.ts')
  return { open: () => openPostgres(location), unavailable }
}

function say(reply: Reply): void {
  port.postMessage(reply)
}

function failure(error: unknown) {
  const known = form.unavailable(error)
  if (known !== undefined) return { unavailable: known }
  const { message, stack } = error as Error
  // A driver's errors are none for the structured clone: they would arrive without their message.
  return { error: Object.assign(new Error(message), { stack }) }
}
