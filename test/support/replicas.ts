import { pino } from 'pino'
import { SimulatedProxy } from '../../bench/acceptance/simulated-proxy.ts'
import { Closing } from '../../demo/closing.ts'
import { request } from '../../demo/http-request.ts'
import { RestApi } from '../../demo/rest-api.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { parseConfig } from '../../src/config.ts'
import { type ControlPlane, start } from '../../src/control-plane.ts'
import type { Convergence, ProxyStatus } from '../../src/model/proxies.ts'
import type { Page } from '../../src/operations/list.ts'
import { emptySchema } from './postgres/on-postgres.ts'

/** One of several control planes of this process on one PostgreSQL. */
export interface ReplicaBed {
  readonly api: RestApi
  readonly xds: string
  /** A proxy that takes all that it is sent, and has taken so many resources. */
  proxy(id: string, zone: string, resources: number): Promise<SimulatedProxy>
  /** The proxies that this replica shows, whichever they are connected to. */
  proxies(query?: string): Promise<Page<ProxyStatus>>
  close(): Promise<void>
}

export interface Replicas {
  readonly database: string
  readonly all: readonly ReplicaBed[]
  close(): Promise<void>
}

/** `database`: with other options than usual, or one that is there already. */
export async function openReplicas(count: number, database?: string): Promise<Replicas> {
  const closing = new Closing()
  const url = database ?? (await emptySchema())
  const all: ReplicaBed[] = []
  for (let index = 0; index < count; index += 1) all.push(await openReplica(url, closing))
  return { database: url, all, close: () => closing.close() }
}

async function openReplica(database: string, closing: Closing): Promise<ReplicaBed> {
  const parsed = parseConfig({ database, rest: '127.0.0.1:0', xds: '127.0.0.1:0', logLevel: 'error' }, {})
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  let plane: ControlPlane | undefined = await start(parsed.config, pino({ level: 'error' }))
  const { rest, xds } = plane
  const api = new RestApi(rest)
  const close = async () => {
    const open = plane
    plane = undefined
    await open?.close()
  }
  closing.addWay(close)
  return {
    api,
    xds,
    close,
    proxy: async (id, zone, resources) => {
      const proxy = new SimulatedProxy(() => xds, { id, gateway: 'edge', region: 'r1', zone })
      closing.addWay(async () => proxy.close())
      proxy.connect()
      await waitUntil(`${id} to have everything`, () => proxy.received.resources === resources)
      return proxy
    },
    proxies: (query = '') => api.get(`/v1/proxies?limit=1000${query}`),
  }
}

/** Pushes a part through a replica, and waits until so long for all proxies of all replicas. */
export async function pushAndWait(
  { api }: ReplicaBed,
  part: 'topology' | 'routes',
  document: object,
  seconds = 10,
): Promise<Convergence & { readonly revision: number }> {
  const { body } = await api.call<{ revision: number; convergence: Convergence }>(
    'PUT',
    `/v1/sources/east/${part}`,
    document,
    { prefer: `wait=${seconds}` },
  )
  return { revision: body.revision, ...body.convergence }
}

/** So many proxies are connected to this replica, and have answered all that they were sent. */
export async function inSync({ api }: ReplicaBed, count: number): Promise<void> {
  await waitUntil(`${count} proxies to be in sync`, async () => {
    const { text } = await request(api.address, { path: '/metrics' })
    return ['', '_synced'].every(name => text.includes(`\nvicinity_proxies${name} ${count}\n`))
  })
}
