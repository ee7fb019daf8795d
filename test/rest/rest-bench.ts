import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterEach } from 'vitest'
import { authenticator } from '../../src/auth/authenticate.ts'
import type { Collaborators } from '../../src/operations/collaborators.ts'
import { openIntake } from '../../src/operations/intake/intake.ts'
import { StandingBodies } from '../../src/operations/standing-bodies.ts'
import { followStore } from '../../src/replica.ts'
import { createRestApp, type RestApp } from '../../src/rest/rest-app.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import type { Convergence, Proxies, ProxyStatus } from '../../src/xds/proxy-status.ts'

/** The whole REST API over a database, an intake and a feed that are real; only the proxies are told what to say. */
export interface RestBench extends Collaborators {
  readonly app: RestApp
  readonly registry: Registry
  readonly proxies: ScriptedProxies
  /** Sends JSON (or text as it is) and reads JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into every kind of answer
  readonly body: any
}

const closers: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

export async function openBench(
  options: { adminToken?: string; ready?: () => boolean } = {},
): Promise<RestBench> {
  const log = pino({ level: 'silent' })
  const store = await openSqliteStore(':memory:')
  closers.push(() => store.close())
  const intake = openIntake()
  closers.push(() => intake.close())
  const replica = await followStore(store, () => {}, log)
  closers.push(() => replica.close())
  const registry = new Registry()
  const proxies = new ScriptedProxies()
  const collaborators = { store, intake, replica, proxies, standingBodies: new StandingBodies() }
  const app = createRestApp(collaborators, {
    authenticate: authenticator(options.adminToken),
    registry,
    log,
    ready: options.ready ?? (() => true),
  })
  const call: RestBench['call'] = async (method, path, body, headers = {}) => {
    const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
    const type: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' }
    const init = { method, headers: { ...type, ...headers } }
    const response = await app.request(path, text === undefined ? init : { ...init, body: text as BodyInit })
    const content = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') && content !== ''
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(content) : content,
    }
  }
  return { ...collaborators, app, registry, call }
}

export class ScriptedProxies implements Proxies {
  all: ProxyStatus[] = []
  convergence: Convergence = { proxies: 0, acked: 0, nacked: [], pending: [] }
  /** Revisions that somebody waited for, and for how long at most. */
  readonly waits: { revision: number; timeout: number }[] = []
  open = 0

  list() {
    return this.all
  }

  get(id: string) {
    return this.all.find(proxy => proxy.id === id)
  }

  watch() {
    this.open += 1
    return {
      wait: async (revision: number, timeout: number) => {
        this.waits.push({ revision, timeout })
        return this.convergence
      },
      close: () => {
        this.open -= 1
      },
    }
  }
}

export function proxyStatus(id: string, status: Partial<ProxyStatus> = {}): ProxyStatus {
  return {
    id,
    node: `node-${id}`,
    gateway: 'default/edge',
    viewpoint: { region: 'r1', zone: 'zone-a', subZone: '', node: '', source: '' },
    replica: 'replica-1',
    userAgent: 'envoy/1.40.0',
    peer: '127.0.0.1:40000',
    connectedAt: '2026-01-01T00:00:00.000Z',
    revision: 1,
    synced: true,
    types: [],
    warnings: [],
    ...status,
  }
}
