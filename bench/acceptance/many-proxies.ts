import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from '../../demo/http-request.ts'
import { freshVicinity } from '../../demo/stage.ts'
import { spawnWorker } from '../../src/spawn-worker.ts'
import { manyServices } from './many-services.ts'
import { measure } from './measure.ts'
import { memoryOf } from './process-memory.ts'

/** 1,000 proxies on 1,000 nodes of 3 zones, 1,000 services of 10 endpoints, 100 of them PreferSameNode. */
const PROXIES = 1_000
const SERVICES = 1_000
/** Time for the server to let go of what only the first sync needed. */
const SETTLING = 10_000

await measure('many-proxies', async closing => {
  const vicinity = await freshVicinity(closing)
  const { api, pid, rest, xds } = vicinity
  const size = { services: SERVICES, endpoints: 10, zones: 3, sameNode: 100, nodes: PROXIES }
  await api.put('/v1/sources/fleet/topology', manyServices(size))
  const listeners = [{ name: 'http', port: 80, protocol: 'HTTP' }]
  await api.put('/v1/sources/fleet/routes', { gateways: [{ name: 'edge', services: 'all', listeners }] })
  const before = await memoryOf(pid)

  const began = performance.now()
  const worker = spawnWorker(import.meta.url, './proxy-crowd', {
    workerData: { xds, proxies: PROXIES, services: SERVICES, zones: 3 },
  })
  closing.addWay(() => worker.terminate())
  const [crowd] = (await once(worker, 'message')) as [{ complete: number; resources: number }]
  const readySeconds = (performance.now() - began) / 1000
  const after = await memoryOf(pid)
  await sleep(SETTLING)
  const settled = await memoryOf(pid)
  const metrics = (await request(rest, { path: '/metrics' })).text
  const assignments = Number(/^vicinity_resources\{type="eds"\} (\d+)/m.exec(metrics)?.[1])
  return {
    right: crowd.complete === PROXIES && assignments > 0 && assignments < 10_000,
    proxies: PROXIES,
    services: SERVICES,
    readySeconds: Math.round(readySeconds * 10) / 10,
    resourcesSent: crowd.resources,
    assignmentsHeld: assignments,
    rssMiB: { before: before.rssMiB, after: after.rssMiB, settled: settled.rssMiB, peak: settled.peakMiB },
  }
})
