import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { Logger } from 'pino'
import type { OwnProxies, ProxyStatus } from '../model/proxies.ts'
import type { Document, Reports } from '../store/reports.ts'
import { Alarm } from './alarm.ts'

/**
 * One push changes the status of every proxy. As documents of 100 that is 10 rows for 1,000 proxies, a tenth of the
 * bytes, because what a hundred proxies have in common compresses well; as a row each it would be 1,000.
 */
const PROXIES_PER_DOCUMENT = 100

/** The shortest time between two writings of what has changed, in milliseconds, and what each document adds to it. */
const INTERVAL = 2_000
const INTERVAL_PER_DOCUMENT = 50

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

interface Options {
  readonly reports: Pick<Reports, 'document'>
  /** Of this replica. */
  readonly id: string
  readonly proxies: Pick<OwnProxies, 'list' | 'subscribe'>
  readonly log: Logger
}

/** Writes the status of this replica's proxies for the others to show: what has changed, and not too often. */
export function writeProxyDocuments({ reports, id, proxies, log }: Options) {
  /** Of the documents that the database has, by number. */
  let digests: string[] = []
  let version = 0
  let isClosed = false
  let work = Promise.resolve()
  const alarm = new Alarm(() => {
    work = work.then(write)
  })
  const unsubscribe = proxies.subscribe(() => alarm.set(dueAfter()))
  let allowed = 0
  return {
    /** The database has none of them any more. */
    forget: () => {
      digests = []
      alarm.set(0)
    },
    close: async () => {
      isClosed = true
      unsubscribe()
      alarm.stop()
      await work
    },
  }

  function dueAfter(): number {
    return Math.max(0, allowed - performance.now())
  }

  async function write(): Promise<void> {
    if (isClosed) return
    const all = proxies.list()
    const count = Math.ceil(all.length / PROXIES_PER_DOCUMENT)
    allowed = performance.now() + Math.max(INTERVAL, count * INTERVAL_PER_DOCUMENT)
    const before = digests
    const now: string[] = []
    const changed: Document[] = []
    for (let number = 0; number < count; number += 1) {
      const from = number * PROXIES_PER_DOCUMENT
      const text = JSON.stringify(all.slice(from, from + PROXIES_PER_DOCUMENT))
      now[number] = createHash('sha1').update(text).digest('base64')
      if (now[number] === before[number]) continue
      version += 1
      changed.push({ number, version, document: (await deflate(text)).toString('base64') })
    }
    if (changed.length === 0 && count === before.length) return
    try {
      await reports.document(id, changed, count)
      if (digests === before) digests = now
    } catch (error) {
      log.debug({ err: error }, 'writing the status of proxies failed; it is tried again')
      digests = []
      alarm.set(dueAfter())
    }
  }
}

/** The proxies of other replicas, as their documents say it. */
export class OtherProxies {
  readonly #reports: Pick<Reports, 'documents'>
  readonly #own: string
  #known = new Map<string, { readonly version: number; readonly proxies: readonly ProxyStatus[] }>()

  constructor(reports: Pick<Reports, 'documents'>, own: string) {
    this.#reports = reports
    this.#own = own
  }

  /** Only what is new since the last call is read and parsed; streams get their turn between two documents. */
  async list(): Promise<ProxyStatus[]> {
    const before = this.#known
    const versions = Object.fromEntries(Array.from(before, ([id, { version }]) => [id, version]))
    const now: typeof before = new Map()
    for (const { id, version, document } of await this.#reports.documents(this.#own, versions)) {
      const known = before.get(id)
      if (document === null && known !== undefined) {
        now.set(id, known)
      } else if (document !== null) {
        const text = (await inflate(Buffer.from(document, 'base64'))).toString()
        now.set(id, { version, proxies: JSON.parse(text) as ProxyStatus[] })
        await nextTurn()
      }
    }
    this.#known = now
    return [...now.values()].flatMap(({ proxies }) => proxies)
  }
}
