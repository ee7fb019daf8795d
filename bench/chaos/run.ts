import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Closing } from '../../demo/closing.ts'
import { seededRandom } from '../../test/support/seeded-random.ts'
import { check, converge } from './checks.ts'
import { suffer } from './faults.ts'
import { Findings } from './findings.ts'
import type { Options } from './options.ts'
import { type Fault, faultName, isInTheWay, planStorm, type Storm } from './plan.ts'
import { checkConnections } from './process-checks.ts'
import { figuresOf, progressLine } from './progress.ts'
import { configurationOf, startEdgeEnvoy } from './real-envoys.ts'
import { openStage, REPLICAS, type Stage } from './stage.ts'
import { differences } from './watched-proxy.ts'

export interface Run {
  readonly findings: Findings
  /** What was carried out, storm by storm. */
  readonly storms: readonly Carried[]
  readonly figures: Readonly<Record<string, number>>
  readonly events: readonly Event[]
}

/** When a fault was begun, or mended. */
interface Event {
  readonly at: string
  readonly what: string
}

interface Carried extends Storm {
  /** Of its faults, those that found nothing to be done to. */
  readonly skipped: readonly Fault[]
  /** Until all had come together again, in milliseconds. */
  readonly convergedAfter: number
}

interface Around {
  /** For logs. */
  readonly folder: string
  readonly closing: Closing
  /** Aborted when it has to end early. */
  readonly signal: AbortSignal
  /** Called once a second. */
  tell(line: string): void
}

/** Storms and quiet phases for as long as was asked, and what was found to be wrong. Rejects when it cannot go on. */
export async function runChaos(options: Options, around: Around): Promise<Run> {
  const findings = new Findings()
  const stage = await openStage({ options, findings, ...around })
  const { signal, closing } = around
  // Each fault and each pusher waits for it.
  setMaxListeners(0, signal)
  let phase = 'quiet'
  const began = performance.now()
  const seconds = () => Math.round((performance.now() - began) / 1000)
  const timer = setInterval(() => around.tell(progressLine(stage, findings, `${seconds()} s`, phase)), 1_000)
  closing.addWay(async () => clearInterval(timer))

  const random = seededRandom(options.seed)
  const storms: Carried[] = []
  const events: Event[] = []
  await quiet(stage, findings)
  do {
    signal.throwIfAborted()
    const [shortest, longest] = options.storms
    const storm = planStorm(random, REPLICAS, shortest + random() * (longest - shortest))
    phase = `storm ${storms.length + 1}`
    for (const pusher of stage.pushers) pusher.resume()
    const skipped = await carryOut(storm, stage, { findings, events, signal })
    phase = `quiet ${storms.length + 1}`
    await Promise.all(stage.pushers.map(pusher => pusher.pause()))
    const convergedAfter = await quiet(stage, findings)
    storms.push({ ...storm, skipped, convergedAfter })
    if (storms.length === 1 && options.sabotage) {
      await options.sabotage(stage.database.url)
      await quiet(stage, findings)
    }
  } while (performance.now() - began < options.minutes * 60_000)
  phase = 'end'
  await end(stage, findings)
  clearInterval(timer)
  const slowest = Math.max(...storms.map(({ convergedAfter }) => convergedAfter))
  const carried = storms.reduce((sum, { faults, skipped }) => sum + faults.length - skipped.length, 0)
  const course = { storms: storms.length, faults: carried, slowestConvergenceMs: slowest }
  return { findings, storms, events, figures: { ...course, ...figuresOf(stage) } }
}

/** Resolves when the storm is over and everything is mended, to the faults that there was nothing to do to. */
async function carryOut(
  storm: Storm,
  { database, replicas, faults }: Stage,
  { findings, events, signal }: { findings: Findings; events: Event[]; signal: AbortSignal },
): Promise<Fault[]> {
  const note = (what: string) => events.push({ at: new Date().toISOString(), what })
  const skipped: Fault[] = []
  const carried = storm.faults.map(async fault => {
    await sleep(fault.at, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    // What is being mended may take its time.
    if ([...faults].some(other => isInTheWay(other, fault))) {
      skipped.push(fault)
      return
    }
    faults.add(fault)
    note(`${faultName(fault)} begins`)
    try {
      if (!(await suffer(fault, { database, replicas }, signal))) skipped.push(fault)
    } catch (error) {
      findings.add('the harness failed', `${faultName(fault)}: ${(error as Error).stack}`)
    } finally {
      faults.delete(fault)
      note(`${faultName(fault)} is mended`)
    }
  })
  await sleep(storm.lasts, undefined, { signal }).catch(() => {})
  await Promise.all(carried)
  return skipped
}

/** Waits until all have come together, and looks at everything. */
async function quiet(stage: Stage, findings: Findings): Promise<number> {
  const feedsAtRest = () => Promise.all(stage.feedTurns.map(one => one.pause()))
  await feedsAtRest()
  const took = await converge(stage, findings)
  try {
    await check(stage, findings)
    await checkConnections(stage, findings)
  } catch (error) {
    // Who does not answer now is one that something is wrong with.
    findings.add('the harness failed', (error as Error).stack ?? String(error))
  }
  countFailures(stage, findings)
  for (const one of stage.feedTurns) one.resume()
  return Math.round(took)
}

function countFailures({ load }: Stage, findings: Findings): void {
  for (const failure of load?.result().failures ?? [])
    findings.add('request failed through Envoy', JSON.stringify(failure))
}

/** Fresh Envoys beside those that went through it all; then everything is told to end. */
async function end(stage: Stage, findings: Findings): Promise<void> {
  const { load, edges, envoys, balancer, replicas, feedTurns, proxies } = stage
  await load?.stop()
  countFailures(stage, findings)
  for (const [index, envoy] of envoys.entries()) {
    const edge = edges[index] as (typeof edges)[number]
    const fresh = await startEdgeEnvoy(edge, `fresh-${edge.name}`, balancer.address)
    const [was, is] = [await configurationOf(envoy), await configurationOf(fresh)]
    await fresh.stop()
    for (const line of differences(is, was)) findings.add('Envoy differs from a fresh one', line)
    if (is.length === 0) findings.add('Envoy differs from a fresh one', 'a fresh one has nothing')
  }
  await Promise.all(feedTurns.map(one => one.pause()))
  for (const proxy of proxies) proxy.close()
  await Promise.all(replicas.map(replica => replica.stop()))
  await checkConnections(stage, findings)
}
