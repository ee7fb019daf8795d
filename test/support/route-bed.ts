import type { IncomingHttpHeaders } from 'node:http'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { gateway, service, topology } from './documents.ts'
import { type RecordingBackend, startRecordingBackend } from './recording-backend.ts'
import { openTestbed } from './testbed.ts'

interface Asked {
  readonly method?: string
  readonly host?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The backend that answered. */
  readonly from: string | undefined
}

/** A real Envoy with one listener for gateway `edge`, and the backends `blue`, `green` and `red`, which remember. */
export interface RouteBed {
  readonly port: number
  readonly address: string
  readonly blue: RecordingBackend
  readonly green: RecordingBackend
  readonly red: RecordingBackend
  /** These routes alone; what backends remember is forgotten. */
  push(...routes: readonly object[]): Promise<void>
  ask(path: string, asked?: Asked): Promise<Answered>
  /** Who answered how many of `count` requests; statuses other than 200 by their number. */
  tally(path: string, count: number): Promise<Record<string, number>>
  /** A page of the Envoy's admin interface. */
  page(path: string): Promise<string>
  close(): Promise<void>
}

export async function openRouteBed(...services: readonly object[]): Promise<RouteBed> {
  const bed = await openTestbed()
  const port = await freePort()
  const address = `127.0.0.1:${port}`
  const backends = await Promise.all(['blue', 'green', 'red'].map(startRecordingBackend))
  const [blue, green, red] = backends as [RecordingBackend, RecordingBackend, RecordingBackend]
  await bed.push(
    'topology',
    topology(...backends.map(one => service(one.name, [{ port: one.port }])), ...services),
  )
  await bed.push('routes', { gateways: [gateway('edge', port)] })
  const envoy = await bed.envoy({})
  const ask: RouteBed['ask'] = async (path, { method = 'GET', host = 'example.com', headers = {} } = {}) => {
    const answer = await request(address, { method, path, headers: { host, ...headers } })
    return {
      status: answer.status,
      headers: answer.headers,
      from: answer.headers['x-backend'] as string | undefined,
    }
  }
  return {
    port,
    address,
    blue,
    green,
    red,
    push: async (...routes) => {
      await bed.push('routes', { routes }, 'routes-under-test')
      for (const backend of backends) backend.forget()
    },
    ask,
    page: envoy.page,
    tally: (path, count) => tallyOf(() => ask(path), count),
    close: async () => {
      await Promise.all(backends.map(backend => backend.close()))
      await bed.close()
    },
  }
}

async function tallyOf(ask: () => Promise<Answered>, count: number): Promise<Record<string, number>> {
  const tally: Record<string, number> = {}
  let left = count
  const worker = async () => {
    while (left-- > 0) {
      const { status, from } = await ask()
      const who = status === 200 ? String(from) : String(status)
      tally[who] = (tally[who] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  return tally
}
