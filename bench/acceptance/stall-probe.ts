import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { request } from '../../demo/http-request.ts'
import { ASSIGNMENTS } from './delta-protocol.ts'
import { DeltaStream } from './delta-stream.ts'

/**
 * Runs in a worker thread, so that it sees the server's pauses and not its starter's: asks `/livez` and, on a delta
 * stream, for an assignment that does not exist, each every 5 ms and open loop, and reports on any message the
 * longest time that an answer took.
 */
const EVERY = 5
const NAME = 'default/stall-probe/1'

const { rest, xds } = workerData as { rest: string; xds: string }
const slowest = { livezMs: 0, streamMs: 0 }

const asked: number[] = []
const standpoint = { id: 'stall-probe', gateway: 'stall-probe', region: 'r1', zone: 'zone-0' }
const stream = new DeltaStream(xds, standpoint, response => {
  const began = asked.shift()
  if (began !== undefined) slowest.streamMs = Math.max(slowest.streamMs, performance.now() - began)
  stream.acknowledge(response)
})

const agent = new Agent({ keepAlive: true })
async function askLivez(): Promise<void> {
  const began = performance.now()
  await request(rest, { path: '/livez', agent, timeout: 120_000 }).catch(() => undefined)
  slowest.livezMs = Math.max(slowest.livezMs, performance.now() - began)
}

/** One question at a time: a subscription that is stated again must be answered again, but answers may be merged. */
function askStream(): void {
  if (asked.length > 0) return
  asked.push(performance.now())
  stream.send({ typeUrl: ASSIGNMENTS, resourceNamesSubscribe: [NAME] })
}

parentPort?.on('message', () => {
  const waiting = asked[0] === undefined ? 0 : performance.now() - asked[0]
  parentPort?.postMessage({ ...slowest, streamMs: Math.max(slowest.streamMs, waiting) })
  slowest.livezMs = 0
  slowest.streamMs = 0
})

for (;;) {
  void askLivez()
  askStream()
  await sleep(EVERY)
}
