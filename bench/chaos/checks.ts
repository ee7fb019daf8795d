import { request } from '../../demo/http-request.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { PARTS } from '../../src/model/entry.ts'
import type { Revision } from '../../src/store/store.ts'
import { ZONE_NAMES } from './documents.ts'
import { Findings } from './findings.ts'
import { contentOf } from './ledger.ts'
import { digestOf } from './part-model.ts'
import { checkProcess } from './process-checks.ts'
import { Replay } from './replay.ts'
import type { Replica } from './replica.ts'
import type { Stage } from './stage.ts'
import { differences, WatchedProxy } from './watched-proxy.ts'

/** For Envoy's longest backoff, and what waits in queues. */
const PATIENCE = 90_000

/** Waits until nothing moves any more, and all serve and have the newest revision. Resolves to how long that took. */
export async function converge(stage: Stage, findings: Findings): Promise<number> {
  const began = performance.now()
  let state = 'nobody answered'
  try {
    await waitUntil(
      'convergence',
      async () => {
        const found = await lagging(stage)
        state = found ?? ''
        return found === undefined
      },
      { timeout: PATIENCE, every: 500 },
    )
  } catch {
    findings.add('no convergence', `${PATIENCE / 1000} s after the last fault was mended: ${state}`)
  }
  return performance.now() - began
}

/** Says who is behind; undefined when nobody is. */
async function lagging({ replicas, feeds, proxies, anyXds }: Stage): Promise<string | undefined> {
  const down = replicas.find(({ isRunning }) => !isRunning)
  if (down) return `${down.name} is not ready`
  for (const feed of feeds) await feed.look()
  const heads = feeds.map(({ rows, served }) => `${rows.length}/${served}`)
  if (new Set(heads.flatMap(head => head.split('/'))).size > 1) return `history/served: ${heads.join(', ')}`
  for (const zone of ZONE_NAMES) {
    const reference = await freshProxy(zone, anyXds)
    const behind = proxies.filter(one => one.zone === zone && differences(reference, one.has()).length > 0)
    const [one] = behind
    if (one === undefined) continue
    const some = differences(reference, one.has()).slice(0, 6).join('\n  ')
    return `${behind.length} proxies in ${zone} differ from a fresh one, ${one.id} by:\n  ${some}`
  }
  return undefined
}

/** What a proxy that has nothing is given. */
async function freshProxy(zone: string, anyXds: () => string): Promise<string[]> {
  const proxy = new WatchedProxy(`fresh-${zone}`, zone, anyXds, new Findings())
  proxy.connect()
  try {
    let before = ''
    return await waitUntil(
      'a fresh proxy to have everything',
      () => {
        const has = proxy.isComplete() ? proxy.has() : []
        const text = has.join('\n')
        const isStill = has.length > 0 && text === before
        before = text
        return isStill ? has : undefined
      },
      { timeout: PATIENCE, every: 50 },
    )
  } finally {
    proxy.close()
  }
}

/** Everything that must hold while nothing is pushed and nothing is broken. */
export async function check(stage: Stage, findings: Findings): Promise<void> {
  const { feeds, ledger, replicas } = stage
  const found = new Findings()
  const [history, ...others] = await historiesOf(stage)
  const replay = new Replay(ledger)
  found.addAll(replay.go(history))
  for (const shown of [...others, ...feeds.map(({ rows }) => rows)]) compareHistories(shown, history, found)
  await compareReplicas(stage, found)
  await checkParts(stage, replay, found)
  const [now] = await historiesOf(stage)
  // A push that its pusher has given up may be done even now: then all that was just read is of two moments.
  if (now.at(-1)?.revision !== history.at(-1)?.revision) return check(stage, findings)
  findings.addAll(found.kept)
  stage.landed = replay.landed
  for (const replica of replicas) await checkProcess(replica, stage, findings)
}

/** The whole history, as each replica shows it. */
async function historiesOf({ feeds }: Stage): Promise<[Revision[], ...Revision[][]]> {
  return (await Promise.all(feeds.map(feed => feed.again()))) as [Revision[], ...Revision[][]]
}

/** What was shown once is there still, as it was. */
function compareHistories(
  shown: readonly Revision[],
  history: readonly Revision[],
  findings: Findings,
): void {
  const byRevision = new Map(history.map(row => [row.revision, JSON.stringify(row)]))
  for (const row of shown) {
    const now = byRevision.get(row.revision)
    if (now !== JSON.stringify(row))
      findings.add('history of two kinds', `was ${JSON.stringify(row)}, is ${now ?? 'gone'}`)
  }
}

/** Each part is, entry by entry, what the pushes come to. */
async function checkParts({ replicas }: Stage, replay: Replay, findings: Findings): Promise<void> {
  const rest = (replicas[0] as Replica).rest
  for (const [source, part] of SOURCES.flatMap(one => PARTS.map(each => [one, each] as const))) {
    const { digest } = replay.part(source, part)
    const { status, text, headers } = await request(rest, { path: `/v1/sources/${source}/${part}` })
    if (status === 404 && digest === '') continue
    if (status !== 200) {
      findings.add('part differs from the model', `${source} ${part}: ${status} ${text}, expected ${digest}`)
      continue
    }
    const made = digestOf(contentOf(part, 'replace', JSON.parse(text)).entries)
    if (made !== digest || headers.etag !== `"${digest}"`)
      findings.add(
        'part differs from the model',
        `${source} ${part}: ETag ${headers.etag}, content ${made}, expected ${digest}`,
      )
  }
}

const SOURCES = ['edge', 'west', 'south'] as const

/** Every answer of every replica is the same. */
async function compareReplicas({ replicas }: Stage, findings: Findings): Promise<void> {
  const [first, ...others] = replicas as [Replica, ...Replica[]]
  const lists = ['/v1/sources?limit=1000', '/v1/services?limit=1000', '/v1/routes?limit=1000']
  const parts = SOURCES.flatMap(source => PARTS.map(part => `/v1/sources/${source}/${part}`))
  const { items } = JSON.parse((await request(first.rest, { path: '/v1/services?limit=1000' })).text) as {
    items: { namespace: string; name: string }[]
  }
  const services = items.flatMap(({ namespace, name }) => {
    const service = `/v1/services/${namespace}/${name}`
    return [service, ...ZONE_NAMES.map(zone => `${service}/assignment?zone=${zone}`)]
  })
  for (const path of [...lists, ...parts, ...services]) {
    const expected = await answerOf(first, path)
    for (const other of others) {
      const answer = await answerOf(other, path)
      if (answer !== expected)
        findings.add('replicas differ', `${path}: ${first.name} ${expected}, ${other.name} ${answer}`)
    }
  }
}

async function answerOf({ rest }: Replica, path: string): Promise<string> {
  const { status, text } = await request(rest, { path })
  return `${status} ${text}`
}
