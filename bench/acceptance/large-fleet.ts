import { setTimeout as sleep } from 'node:timers/promises'
import { rounded } from '../../demo/latency.ts'
import { type PushAnswer, RestApi } from '../../demo/rest-api.ts'
import { startVicinity, type Vicinity } from '../../demo/vicinity.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { startPostgres } from '../../test/support/postgres.ts'
import { ASSIGNMENTS, CLUSTERS } from './delta-protocol.ts'
import { manyServices } from './many-services.ts'
import { measure } from './measure.ts'
import { memoryOf } from './process-memory.ts'
import { SimulatedProxy } from './simulated-proxy.ts'
import { probeStalls } from './stalls.ts'

/**
 * 10,000 services of 10 endpoints on a PostgreSQL that syncs its commits: the first PUT of them and what others notice
 * of it, on the same replica and on another one; the same bytes again; one service of them; and a replica that starts
 * with all of it, until its first proxy has everything.
 */
const SIZE = { services: 10_000, endpoints: 10, zones: 3 }
const BIG = '/v1/sources/big/topology'

await measure('large-fleet', async closing => {
  const server = await startPostgres({ fsync: 'on', shared_buffers: '128MB' })
  closing.addWay(() => server.close())
  const database = await server.createDatabase()
  const taking = closing.add(await startVicinity({ database }))
  const other = closing.add(await startVicinity({ database }))
  const listeners = [{ name: 'http', port: 80, protocol: 'HTTP' }]
  const gateway = { name: 'edge', services: 'all', listeners }
  await taking.api.put('/v1/sources/edge/routes', { gateways: [gateway] })
  const document = manyServices(SIZE)
  const text = JSON.stringify(document)
  const put = () => taking.api.callText<PushAnswer>('PUT', BIG, text)
  const idle = await memoryOf(taking.pid)

  const probes = [taking, other].map(({ rest, xds }) => closing.add(probeStalls(rest, xds)))
  await sleep(1_000)
  for (const probe of probes) await probe.read()
  const pushing = timed(put)
  const small = await Promise.all(
    [taking, other].map((replica, index) => pushUntil(replica, `small-${index}`, pushing)),
  )
  const pushed = await pushing
  const last = '/v1/services/default/svc-09999'
  const hasLast = () =>
    other.api.get(last).then(
      () => true,
      () => false,
    )
  await waitUntil('the other replica to have it', hasLast, { timeout: 60_000 })
  const stalls = await Promise.all(probes.map(probe => probe.read()))
  const memory = await memoryOf(taking.pid)
  const again = await timed(put)
  const [first] = document.services as [{ endpoints: object[] }]
  const services = [{ ...first, endpoints: first.endpoints.slice(1) }]
  const patched = await timed(() => taking.api.patch(BIG, { upsert: { services } }))
  for (const probe of probes) await probe.stop()
  await taking.stop()
  await other.stop()

  const started = await timed(() => startVicinity({ database }))
  closing.add(started.value)
  const ready = await memoryOf(started.value.pid)
  const served = await timed(() => firstProxy(started.value))
  return {
    right: pushed.value.body.changed.added >= 20_000 && again.value.body.unchanged,
    bodyMiB: rounded(text.length / 2 ** 20),
    put: { ms: pushed.ms, idleMiB: idle.rssMiB, ...memory },
    stalls: { taking: stalls[0], other: stalls[1] },
    smallPushesMeanwhileMaxMs: {
      taking: Math.max(...(small[0] ?? [])),
      other: Math.max(...(small[1] ?? [])),
    },
    sameBytesAgainMs: again.ms,
    patchOfOneServiceMs: patched.ms,
    coldStart: { readyMs: started.ms, ...ready, firstProxyHasAllMs: served.ms },
    servingMiB: await memoryOf(started.value.pid),
  }
})

async function timed<T>(action: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const began = performance.now()
  const value = await action()
  return { value, ms: rounded(performance.now() - began) }
}

/** Pushes of a small source, one after the other, until the large one is answered; how long each took. */
async function pushUntil({ rest }: Vicinity, source: string, done: Promise<unknown>): Promise<number[]> {
  const api = new RestApi(rest)
  const times: number[] = []
  let isOver = false
  void done.finally(() => {
    isOver = true
  })
  for (let weight = 1; !isOver; weight += 1) {
    const endpoints = [{ address: '10.0.0.1', port: 8080, weight }]
    const services = [{ name: source, ports: [{ port: 80 }], endpoints }]
    times.push((await timed(() => api.put(`/v1/sources/${source}/topology`, { services }))).ms)
    await sleep(20)
  }
  return times
}

/** Resolves when a proxy at this replica has all clusters and their assignments. */
async function firstProxy({ xds }: Vicinity): Promise<void> {
  const proxy = new SimulatedProxy(() => xds, { id: 'first', gateway: 'edge', region: 'r1', zone: 'zone-0' })
  proxy.connect()
  const has = (type: string) => (proxy.versions.get(type)?.size ?? 0) >= SIZE.services
  await waitUntil('the proxy to have everything', () => has(CLUSTERS) && has(ASSIGNMENTS), {
    timeout: 60_000,
  })
  proxy.close()
}
