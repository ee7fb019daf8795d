import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Closing } from '../../demo/closing.ts'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { sendRequests, startLoad } from '../../demo/load.ts'
import { type Edge, routes, target, topology } from '../../demo/scenario.ts'
import { endpoints, openStage, type Stage, startEdge } from '../../demo/stage.ts'
import { startVicinity, type Vicinity } from '../../demo/vicinity.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { type PostgresServer, startPostgres } from '../../test/support/postgres.ts'
import { openTcpProxy, type TcpProxy } from '../../test/support/tcp-proxy.ts'
import { measure } from './measure.ts'

/**
 * The database goes away under two replicas and comes back: pushes go to one, two real Envoys under load are served by
 * the other, a third one starts meanwhile. `--fault stopped|killed|paused|cut|frozen|slow`, `--seconds 60`.
 */
const { values } = parseArgs({
  options: { fault: { type: 'string', default: 'stopped' }, seconds: { type: 'string', default: '60' } },
})
const RATE = 200
/** In milliseconds, between two pushes. */
const PUSH_EVERY = 500

interface Place {
  readonly server: PostgresServer
  readonly line: TcpProxy
}
interface Fault {
  begin(place: Place): unknown
  end(place: Place): unknown
}

const FAULTS: Readonly<Record<string, Fault>> = {
  stopped: { begin: ({ server }) => server.stop('fast'), end: ({ server }) => server.start() },
  killed: { begin: ({ server }) => server.stop('immediate'), end: ({ server }) => server.start() },
  paused: { begin: ({ server }) => server.pause(), end: ({ server }) => server.resume() },
  cut: { begin: ({ line }) => line.cut(), end: ({ line }) => line.heal() },
  frozen: { begin: ({ line }) => line.freeze(), end: ({ line }) => line.thaw() },
  slow: { begin: ({ line }) => line.delay(2_000), end: ({ line }) => line.delay(0) },
}

interface Push {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly sentAt: number
  readonly answeredAt: number
}

await measure('database-outage', async closing => {
  const fault = FAULTS[values.fault]
  if (!fault) throw new Error(`--fault is one of ${Object.keys(FAULTS).join(', ')}`)
  const server = await startPostgres({ fsync: 'on' })
  closing.addWay(() => server.close())
  const line = await openTcpProxy(server)
  closing.addWay(() => line.close())
  const database = line.through(await server.createDatabase())
  const pushed = closing.add(await startVicinity({ database }))
  const serving = closing.add(await startVicinity({ database }))
  const stage = await openStage(closing, { ...pushed, xds: serving.xds })
  const third = { name: 'edge-c', port: await freePort() }
  await pushed.api.putAndWait('/v1/sources/demo/routes', routes([...stage.edges, third]))
  const load = startLoad(
    stage.edges.map(edge => target(edge)),
    RATE,
  )

  const pushes: Push[] = []
  await fault.begin({ server, line })
  const began = performance.now()
  const pushing = pushUntilTaken(pushed, stage, pushes)
  await sleep(Number(values.seconds) * 500)
  const newcomer = await startNewcomer(serving, third, closing)
  const ready = await request(serving.rest, { path: '/readyz' })
  await sleep(Math.max(0, began + Number(values.seconds) * 1_000 - performance.now()))
  const ending = performance.now()
  await fault.end({ server, line })
  const ended = performance.now()
  const { taken, revision } = await pushing
  await waitUntil('the other replica to show it', async () => (await shownBy(serving)) >= revision)
  const shown = performance.now()

  const { sent, failures } = await load.stop()
  // Those that were under way when it came back may have failed or not.
  const during = pushes.filter(({ answeredAt }) => answeredAt < ending)
  const longest = Math.max(...during.map(({ sentAt, answeredAt }) => answeredAt - sentAt))
  const refused = during.filter(({ status, retryAfter }) => status === 503 && retryAfter !== undefined)
  const lines = [pushed, serving].map(({ log }) => log().split('\n').filter(isWarning).length)
  return {
    right:
      failures.length === 0 &&
      newcomer.failures.length === 0 &&
      ready.status === 200 &&
      refused.length === during.length,
    fault: values.fault,
    awayMs: Math.round(ending - began),
    requests: { sent, failed: failures.length },
    newcomer: { requests: newcomer.sent, failed: newcomer.failures.length, liveMs: newcomer.liveMs },
    readyz: ready.status,
    pushes: { during: during.length, refused: refused.length, longestMs: Math.round(longest) },
    comingBackMs: Math.round(ended - ending),
    firstTakenMs: Math.round(taken - ended),
    shownByOtherMs: Math.round(shown - ended),
    warningsLogged: lines,
  }
})

/** One push after the other, until one is taken. */
async function pushUntilTaken({ rest }: Vicinity, { local, nonlocal }: Stage, pushes: Push[]) {
  for (let count = 1; ; count += 1) {
    const sentAt = performance.now()
    // Each is another one, and all send the Envoys the same.
    const document = topology(endpoints({ local, nonlocal }), {
      trafficDistribution: 'PreferSameZone',
      connectTimeout: `${1_000 + count}ms`,
    })
    const { status, headers, text } = await request(rest, {
      method: 'PUT',
      path: '/v1/sources/demo/topology',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(document),
      timeout: 60_000,
    })
    const answeredAt = performance.now()
    if (status === 200)
      return { taken: answeredAt, revision: (JSON.parse(text) as { revision: number }).revision }
    pushes.push({ status, retryAfter: headers['retry-after'], sentAt, answeredAt })
    await sleep(Math.max(0, sentAt + PUSH_EVERY - performance.now()))
  }
}

/** An Envoy that starts while the database is away. */
async function startNewcomer(serving: Vicinity, edge: Edge, closing: Closing) {
  const began = performance.now()
  closing.add(await startEdge(serving, { gateway: edge.name, zone: 'zone-a' }))
  const liveMs = Math.round(performance.now() - began)
  return { liveMs, ...(await sendRequests(target(edge), 100)) }
}

async function shownBy({ rest }: Vicinity): Promise<number> {
  const { text } = await request(rest, { path: '/metrics' })
  return Number(/^vicinity_revision (\d+)$/m.exec(text)?.[1])
}

function isWarning(line: string): boolean {
  return /"level":"(warn|error)"/.test(line)
}
