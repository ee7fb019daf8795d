import { mkdtemp, rm } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from '../../demo/http-request.ts'
import { startVicinity } from '../../demo/vicinity.ts'
import type { Server } from './server.ts'
import { endpointsOf, routesOf, serviceName, topologyOf, type Workload } from './workload.ts'

export interface VicinityServerOptions {
  readonly workload: Workload
  /** Of a built `vicinity`, when it is not that of this folder. */
  readonly program?: string
  readonly flags?: readonly string[]
}

/** Vicinity on a fresh SQLite file; a change is a PATCH, answered when it is committed. */
export async function startVicinityServer(
  options: VicinityServerOptions,
): Promise<Server & { readonly database: string }> {
  const { workload, program, flags = [] } = options
  const folder = await mkdtemp(join(tmpdir(), 'vicinity-bench-'))
  const database = join(folder, 'vicinity.db')
  const vicinity = await startVicinity({
    database,
    flags: ['--log-level', 'warn', ...flags],
    ...(program && { program }),
  })
  const stop = async () => {
    await vicinity.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const pusher = new Pusher(vicinity.rest)
  const changes = new Map<number, number>()
  try {
    await pusher.push('PUT', '/v1/sources/bench/topology', JSON.stringify(topologyOf(workload)))
    await pusher.push('PUT', '/v1/sources/bench/routes', JSON.stringify(routesOf(workload)))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    name: 'vicinity',
    database,
    pid: vicinity.pid,
    xds: vicinity.xds,
    resourceName: service => `default/${serviceName(service)}/8080`,
    prepareChange: services => {
      for (const service of services) changes.set(service, (changes.get(service) ?? 0) + 1)
      const endpoints = services.map(service => ({
        name: serviceName(service),
        endpoints: endpointsOf(service, workload, changes),
      }))
      const body = JSON.stringify({ upsert: { endpoints } })
      return () => pusher.push('PATCH', '/v1/sources/bench/topology', body)
    },
    stop,
  }
}

/** Pushes over one connection that is kept. What it pushes it may push twice: all of it is said in full. */
class Pusher {
  readonly #rest: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  constructor(rest: string) {
    this.#rest = rest
  }

  async push(method: string, path: string, body: string): Promise<void> {
    const headers = { 'content-type': 'application/json' }
    const send = () =>
      request(this.#rest, { method, path, body, headers, agent: this.#agent, timeout: 300_000 })
    const answer = await send().catch((error: NodeJS.ErrnoException) => {
      // The server closed the idle connection at the very moment.
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return send()
      throw error
    })
    if (answer.status >= 300) {
      throw new Error(`${method} ${path} was answered with ${answer.status}: ${answer.text.slice(0, 500)}`)
    }
  }
}
