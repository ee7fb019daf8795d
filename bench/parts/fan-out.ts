import { totalmem } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { measure } from '../acceptance/measure.ts'
import type { PartResult } from '../part-result.ts'
import { type Sent, SimulatedFleet } from './fan-out/simulated-fleet.ts'
import { changedEndpoints, type Site } from './fan-out/site.ts'
import { collectGarbage, memoryHeld } from './shared/cost.ts'
import { IS_QUICK, loadNow, round } from './shared/load.ts'

/**
 * Ten thousand Envoys on one replica, which this machine has no room for with a connection each: the tables, the streams of
 * the protocol and the bookkeeping are the real ones, the transport is left out.
 */
const LIMIT = 4 * 2 ** 30
/** Longest that streams of one plan go on to come, in milliseconds. */
const LONGEST = IS_QUICK ? 5_000 : 25_000
/** The first ones, for whom everything is made, and how many come at once then. */
const FIRST = 50
const STEP = 500
const REPETITIONS = IS_QUICK ? 3 : 5
const [MANY, FEW] = IS_QUICK ? [1_000, 100] : [10_000, 1_000]

interface Plan extends Site {
  readonly name: string
  readonly streams: number
}

const PLANS: readonly Plan[] = [
  { name: 'all concerned, small', services: FEW, gateways: 1, streams: FEW },
  { name: '1 % concerned', services: MANY, gateways: 100, streams: MANY },
  { name: 'all concerned', services: MANY, gateways: 1, streams: MANY },
]

setFlagsFromString(`--max-old-space-size=${Math.min(8_192, Math.floor(totalmem() / 2 ** 20 / 2))}`)

await measure('fan-out', async () => {
  const figures = PLANS.map(simulate)
  return {
    right: figures.every(one => one.isSynced && one.changes.every(change => change.isRight)),
    title: 'Ten thousand Envoys, without their connections',
    text: [
      'Tables, streams of the protocol, shared bodies and the registry of one replica, driven in one process without gRPC:',
      'first sync of all streams, then changes of one service and of 100. Of the clients, nothing is counted. Where "streams" is',
      'less than was meant, 4 GiB were full or its time was over. What the transport adds is seen in "Growth: streams".',
    ].join(' '),
    tables: [
      {
        columns: [
          '',
          'services',
          'streams',
          'KiB per stream',
          'first sync: CPU ms per stream',
          'MiB per stream',
          'MiB in process',
        ],
        rows: figures.map(one => [
          one.name,
          one.services,
          one.streams,
          round(one.bytesPerStream / 1024),
          round(one.firstSync.cpuMsPerStream, 2),
          round(one.firstSync.bytesPerStream / 2 ** 20, 2),
          Math.round(one.rss / 2 ** 20),
        ]),
      },
      {
        columns: [
          '',
          'changed',
          'messages',
          'publish: CPU ms',
          'send: CPU ms',
          'ACKs: CPU ms',
          'CPU µs per message',
          'bytes per message',
        ],
        rows: figures.flatMap(one =>
          one.changes.map(change => [
            one.name,
            change.changed,
            change.messages,
            round(change.publishCpuMs),
            round(change.sendCpuMs),
            round(change.ackCpuMs),
            round((1_000 * (change.sendCpuMs + change.ackCpuMs)) / change.messages),
            Math.round(change.bytes / change.messages),
          ]),
        ),
      },
    ],
    figures,
    loadAfter: loadNow(),
  } satisfies Omit<PartResult, 'measured'> & Record<string, unknown>
})

function simulate({ name, ...plan }: Plan) {
  const fleet = new SimulatedFleet(plan)
  const first: Sent[] = [fleet.join(FIRST)]
  const until = performance.now() + LONGEST
  const before = memoryHeld()
  while (fleet.streams < plan.streams && process.memoryUsage.rss() < LIMIT && performance.now() < until)
    first.push(fleet.join(Math.min(STEP, plan.streams - fleet.streams)))
  const after = memoryHeld()
  const { streams, isSynced } = fleet
  const later = first.slice(1)
  const counted = streams - FIRST
  const total = (of: (sent: Sent) => number) => later.reduce((sum, one) => sum + of(one), 0)
  const changes = [1, 100].map(changed => ({ changed, ...changesOf(fleet, plan, changed) }))
  console.error(
    `fan-out: ${name}: ${streams} streams, ${plan.services} services, ${Math.round(after.rss / 2 ** 20)} MiB`,
  )
  fleet.close()
  return {
    name,
    ...plan,
    streams,
    isSynced,
    bytesPerStream: (after.held - before.held) / counted,
    rss: after.rss,
    assignments: fleet.assignments,
    firstSync: {
      cpuMsPerStream: total(one => one.sendCpuMs + one.ackCpuMs) / counted,
      bytesPerStream: total(one => one.bytes) / counted,
      messagesPerStream: total(one => one.messages) / counted,
    },
    changes,
  }
}

/** The mean of some changes, each of other services, after two that are not counted. */
function changesOf(fleet: SimulatedFleet, { services, gateways }: Site, changed: number) {
  const sum = { messages: 0, bytes: 0, publishCpuMs: 0, sendCpuMs: 0, ackCpuMs: 0 }
  let isRight = true
  collectGarbage()
  for (let push = -2; push < REPETITIONS; push += 1) {
    const at = (push + 2) * changed
    const list = Array.from({ length: changed }, (_, index) => (at + index) % services)
    const cost = fleet.change(changedEndpoints(list, changed + push + 2, push + 10))
    const expected = (Math.min(changed, gateways) / gateways) * fleet.streams
    isRight &&= cost.messages >= Math.floor(expected) && fleet.isSynced
    if (push < 0) continue
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += cost[key]
  }
  const mean = (key: keyof typeof sum) => sum[key] / REPETITIONS
  return {
    isRight,
    messages: mean('messages'),
    bytes: mean('bytes'),
    publishCpuMs: mean('publishCpuMs'),
    sendCpuMs: mean('sendCpuMs'),
    ackCpuMs: mean('ackCpuMs'),
  }
}
