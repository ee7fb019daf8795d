import { parseArgs } from 'node:util'
import type { Closing } from '../../demo/closing.ts'
import { request } from '../../demo/http-request.ts'
import { percentile, rounded } from '../../demo/latency.ts'
import { RestApi } from '../../demo/rest-api.ts'
import { startVicinity, type Vicinity } from '../../demo/vicinity.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { startPostgres } from '../../test/support/postgres.ts'
import { manyServices, type Size } from './many-services.ts'
import { measure } from './measure.ts'
import { memoryOf } from './process-memory.ts'
import { SimulatedProxy } from './simulated-proxy.ts'

/**
 * 8 pushers at once on 3 replicas of a PostgreSQL that syncs its commits: each replaces and patches a source of its
 * own (20 services of 5 endpoints, of which one changes), and counts in a document that all of them write, by If-Match. A proxy at each replica sees in which order that
 * replica's feed brought the revisions. `--pushes 10000`.
 */
const { values } = parseArgs({ options: { pushes: { type: 'string', default: '10000' } } })
const PUSHES = Number(values.pushes)
const REPLICAS = 3
const PUSHERS = 8
const COUNTER = '/v1/sources/counter/topology'
/** One push in so many is a read, a change and a write of what all others write too. */
const COUNT_EVERY = 5
const FIRST_PORT = 1_000

interface Tally {
  left: number
  counted: number
  conflicts: number
  readonly revisions: number[]
  readonly ms: number[]
}

await measure('pushers', async closing => {
  const server = await startPostgres({ fsync: 'on', shared_buffers: '128MB' })
  closing.addWay(() => server.close())
  const database = await server.createDatabase()
  const replicas: Vicinity[] = []
  for (let count = 0; count < REPLICAS; count += 1) {
    replicas.push(closing.add(await startVicinity({ database })))
  }
  const [first] = replicas as [Vicinity, ...Vicinity[]]
  const listeners = [{ name: 'http', port: 80, protocol: 'HTTP' }]
  await first.api.put('/v1/sources/edge/routes', { gateways: [{ name: 'edge', services: 'all', listeners }] })
  const before = await first.api.put(COUNTER, counterAt(FIRST_PORT))
  const observers = replicas.map(replica => observe(closing, replica))

  const tally: Tally = { left: PUSHES, counted: 0, conflicts: 0, revisions: [], ms: [] }
  const began = performance.now()
  await Promise.all(
    Array.from({ length: PUSHERS }, (_, index) =>
      pushWhileLeft(replicas[index % REPLICAS] as Vicinity, `pusher-${index}`, tally),
    ),
  )
  const seconds = (performance.now() - began) / 1_000

  const last = Math.max(...tally.revisions)
  await waitUntil('each replica to have told its proxy', () => observers.every(({ at }) => at() === last), {
    timeout: 30_000,
  })
  const counter = await first.api.get<{ services: { ports: { port: number }[] }[] }>(COUNTER)
  const stands = (counter.services[0]?.ports[0]?.port ?? 0) - FIRST_PORT
  const inOrder = tally.revisions.toSorted((a, b) => a - b)
  const holes = inOrder.filter((revision, index) => revision !== before.revision + 1 + index).length
  const bytes = new Set(observers.map(({ content }) => content()))
  const outOfOrder = observers.reduce((sum, { wrong }) => sum + wrong(), 0)
  return {
    right: stands === tally.counted && holes === 0 && outOfOrder === 0 && bytes.size === 1,
    pushes: tally.ms.length,
    perSecond: rounded(tally.ms.length / seconds),
    answeredMs: {
      p50: rounded(percentile(tally.ms, 0.5)),
      p99: rounded(percentile(tally.ms, 0.99)),
      max: rounded(Math.max(...tally.ms)),
    },
    revisionsMissingOrTwice: holes,
    lostUpdates: tally.counted - stands,
    increments: tally.counted,
    refusedByIfMatch: tally.conflicts,
    revisionsOutOfOrder: outOfOrder,
    toldOf: observers.map(({ told }) => told()),
    replicasThatDiffer: bytes.size - 1,
    rssMiB: await Promise.all(replicas.map(async ({ pid }) => (await memoryOf(pid)).rssMiB)),
  }
})

async function pushWhileLeft({ rest }: Vicinity, source: string, tally: Tally): Promise<void> {
  const api = new RestApi(rest)
  const path = `/v1/sources/${source}/topology`
  const size = { services: 20, endpoints: 5, zones: 3 }
  for (let turn = 0; tally.left > 0; turn += 1) {
    tally.left -= 1
    const sent = performance.now()
    if (turn % COUNT_EVERY === COUNT_EVERY - 1) await count(api, tally)
    else {
      const document = turned(size, turn)
      const answer =
        turn % 2 === 0
          ? await api.put(path, document)
          : await api.patch(path, { upsert: { services: [document.services[turn % size.services]] } })
      tally.revisions.push(answer.revision)
    }
    tally.ms.push(performance.now() - sent)
  }
}

/** A document in which one service is another one than in the document of the turn before. */
function turned(size: Size, turn: number): { zones: object[]; services: object[] } {
  const { zones, services } = manyServices(size)
  const changed = (service: object, index: number) => {
    const last = turn - ((turn - index + size.services) % size.services)
    return last < 0 ? service : { ...service, connectTimeout: `${last + 1}ms` }
  }
  return { zones, services: services.map(changed) }
}

/** Again until nobody wrote between the read and the write. */
async function count(api: RestApi, tally: Tally): Promise<void> {
  for (;;) {
    const { headers, body } = await api.call<{ services: { ports: { port: number }[] }[] }>('GET', COUNTER)
    const port = (body.services[0]?.ports[0]?.port ?? 0) + 1
    const answer = await request(api.address, {
      method: 'PUT',
      path: COUNTER,
      body: JSON.stringify(counterAt(port)),
      headers: { 'content-type': 'application/json', 'if-match': String(headers.etag) },
    })
    if (answer.status === 200) {
      tally.counted += 1
      tally.revisions.push((JSON.parse(answer.text) as { revision: number }).revision)
      return
    }
    if (answer.status !== 412) throw new Error(`${answer.status}: ${answer.text}`)
    tally.conflicts += 1
  }
}

function counterAt(port: number): object {
  return { services: [{ name: 'counter', ports: [{ name: 'http', port }], endpoints: [] }] }
}

/** A proxy that is subscribed to everything: what its replica serves, and of which revision that is. */
function observe(closing: Closing, { xds }: Vicinity) {
  let at = 0
  let told = 0
  let wrong = 0
  const standpoint = { id: 'observer', gateway: 'edge', region: 'r1', zone: 'zone-0' }
  const proxy = new SimulatedProxy(
    () => xds,
    standpoint,
    ({ systemVersionInfo }) => {
      const revision = Number(systemVersionInfo)
      if (revision < at) wrong += 1
      if (revision > at) told += 1
      at = revision
    },
  )
  proxy.connect()
  closing.addWay(async () => proxy.close())
  return {
    at: () => at,
    told: () => told,
    wrong: () => wrong,
    content: () => JSON.stringify([...proxy.versions].map(([type, of]) => [type, [...of].sort()])),
  }
}
