import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Closing } from '../../demo/closing.ts'
import { request } from '../../demo/http-request.ts'
import { temporaryFolder } from '../../demo/stage.ts'
import { startVicinity, type Vicinity } from '../../demo/vicinity.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { manyServices, zoneName } from './many-services.ts'
import { measure } from './measure.ts'
import { cpuSecondsOf } from './process-cpu.ts'
import { SimulatedProxy } from './simulated-proxy.ts'

/** 1,000 proxies move from one replica to another of equal content, because theirs is killed, or asked to stop. */
const PROXIES = 1_000
const SERVICES = 200
const ZONES = 3
const SIZE = { services: SERVICES, endpoints: 10, zones: ZONES }

const ends = {
  killed: (vicinity: Vicinity) => vicinity.kill(),
  stopped: (vicinity: Vicinity) => vicinity.stop(30_000),
}

await measure('moved-streams', async closing => {
  const killed = await move(closing, ends.killed)
  const stopped = await move(closing, ends.stopped)
  return { right: killed.right && stopped.right, proxies: PROXIES, services: SERVICES, killed, stopped }
})

async function move(closing: Closing, end: (vicinity: Vicinity) => Promise<void>) {
  const [first, second] = await twins(closing)
  let xds = first.xds
  const crowd = Array.from({ length: PROXIES }, (_, index) => {
    const standpoint = { id: `proxy-${index}`, gateway: 'edge', region: 'r1', zone: zoneName(index % ZONES) }
    return new SimulatedProxy(() => xds, standpoint)
  })
  closing.addWay(async () => {
    for (const proxy of crowd) proxy.close()
  })
  for (const proxy of crowd) proxy.connect()
  await settled(crowd, first)

  const before = total(crowd)
  const cpuBefore = await cpuSecondsOf(second.pid)
  const clientBefore = process.cpuUsage()
  const began = performance.now()
  xds = second.xds
  const ended = end(first).then(() => performance.now() - began)
  await settled(crowd, second)
  const backMs = performance.now() - began
  const client = process.cpuUsage(clientBefore)
  const cpuSeconds = (await cpuSecondsOf(second.pid)) - cpuBefore
  const endedMs = await ended
  const after = total(crowd)

  // Who is back is served: one service changes, and everybody gets its assignment and nothing else.
  const changed = manyServices({ ...SIZE, services: 1, endpoints: 11 })
  await second.api.patch('/v1/sources/fleet/topology', { upsert: { services: changed.services } })
  await waitUntil('the change to be everywhere', () => total(crowd).resources >= after.resources + PROXIES, {
    timeout: 60_000,
  })
  const resent = after.bytes - before.bytes
  const newsPerProxy = (total(crowd).resources - after.resources) / PROXIES
  for (const proxy of crowd) proxy.close()
  return {
    right: resent === 0 && after.removed === before.removed && newsPerProxy === 1,
    resentBytes: resent,
    sentAtFirstBytes: before.bytes,
    backMs: Math.round(backMs),
    endedMs: Math.round(endedMs),
    attempts: after.streams - before.streams,
    cpuSeconds: { replica: round(cpuSeconds), client: round((client.user + client.system) / 1e6) },
    newsPerProxy,
  }
}

/** Two replicas of equal content: the second has a copy of the first one's file. */
async function twins(closing: Closing): Promise<[Vicinity, Vicinity]> {
  const folder = await temporaryFolder(closing)
  const [original, copy] = [join(folder, 'first.db'), join(folder, 'second.db')]
  const writer = await startVicinity({ database: original })
  await writer.api.put('/v1/sources/fleet/topology', manyServices(SIZE))
  const listeners = [{ name: 'http', port: 80, protocol: 'HTTP' }]
  await writer.api.put('/v1/sources/fleet/routes', {
    gateways: [{ name: 'edge', services: 'all', listeners }],
    routes: [
      {
        name: 'all',
        kind: 'HTTPRoute',
        gateways: ['edge'],
        rules: [{ backendRefs: [{ name: 'svc-00000', port: 80 }] }],
      },
    ],
  })
  await writer.stop()
  await copyFile(original, copy)
  const flags = ['--log-level', 'warn']
  return [
    closing.add(await startVicinity({ database: original, flags })),
    closing.add(await startVicinity({ database: copy, flags })),
  ]
}

/** All are connected to this replica, have all that there is, and have answered it. */
async function settled(crowd: readonly SimulatedProxy[], { rest }: Vicinity): Promise<void> {
  const expected = 2 * SERVICES + 2
  await waitUntil(
    'every proxy to be in sync',
    async () => {
      const has = ({ versions }: SimulatedProxy) =>
        [...versions.values()].reduce((sum, { size }) => sum + size, 0)
      if (!crowd.every(proxy => has(proxy) === expected)) return false
      const metrics = (await request(rest, { path: '/metrics' })).text
      return new RegExp(`^vicinity_proxies_synced ${PROXIES}$`, 'm').test(metrics)
    },
    { timeout: 300_000, every: 500 },
  )
}

function total(crowd: readonly SimulatedProxy[]) {
  const sum = { streams: 0, resources: 0, removed: 0, bytes: 0 }
  for (const { received } of crowd) {
    sum.streams += received.streams
    sum.resources += received.resources
    sum.removed += received.removed
    sum.bytes += received.bytes
  }
  return sum
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100
}
