import { parentPort, workerData } from 'node:worker_threads'
import { waitUntil } from '../../demo/wait-until.ts'
import { ASSIGNMENTS } from './delta-protocol.ts'
import { Follower } from './delta-stream.ts'
import { zoneName } from './many-services.ts'

/** Runs in a worker thread: many streams, each from a node of its own, until all have every assignment. */
const { xds, proxies, services, zones } = workerData as {
  xds: string
  proxies: number
  services: number
  zones: number
}

const crowd = Array.from(
  { length: proxies },
  (_, index) =>
    new Follower(xds, {
      id: `proxy-${index}`,
      gateway: 'edge',
      region: 'r1',
      zone: zoneName(index % zones),
      node: `node-${index}`,
    }),
)
for (const proxy of crowd) proxy.connect()

const isComplete = (proxy: Follower) => proxy.versions[ASSIGNMENTS].size >= services
await waitUntil('every proxy to have every assignment', () => crowd.every(isComplete), {
  timeout: 300_000,
  every: 50,
})
parentPort?.postMessage({
  complete: crowd.filter(isComplete).length,
  resources: crowd.reduce((sum, proxy) => sum + proxy.received, 0),
})
// Streams stay open, and with them this thread, until it is terminated.
