import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { startProcess } from '../../demo/running-process.ts'
import { takesConnections } from '../../demo/takes-connections.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import type { Server } from './server.ts'
import { serviceName, type Workload } from './workload.ts'

/** Ways to use go-control-plane: see bench/README.md. */
export const CACHES = ['snapshot', 'snapshot-opt', 'linear'] as const
export type Cache = (typeof CACHES)[number]

/** A change is a function call behind an HTTP request without a body, answered when it is published. */
export async function startPeerServer(program: string, cache: Cache, workload: Workload): Promise<Server> {
  const port = await freePort()
  const xds = `127.0.0.1:${port}`
  const admin = `127.0.0.1:${await freePort()}`
  const { services, endpoints, zones } = workload
  const flags = { cache, addr: xds, admin, services, endpoints, zones }
  const args = Object.entries(flags).flatMap(([name, value]) => [`-${name}`, String(value)])
  const peer = startProcess(cache, program, args)
  const ended = peer.ended.then(() => Promise.reject(new Error(`${cache} ended:\n${peer.output()}`)))
  await Promise.race([
    waitUntil(`${cache} to listen`, () => takesConnections(port), { timeout: 120_000 }),
    ended,
  ])
  ended.catch(() => {})
  return {
    name: cache,
    pid: peer.pid,
    xds,
    resourceName: serviceName,
    prepareChange: services => {
      const path = `/bump?names=${services.map(serviceName).join()}`
      return async () => {
        const answer = await request(admin, { method: 'POST', path })
        if (answer.status >= 300) throw new Error(`${cache} answered with ${answer.status}: ${answer.text}`)
      }
    },
    stop: () => peer.stop(),
  }
}
