import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest'
import { authenticator } from '../../src/auth/authenticate.ts'
import type { HeldType } from '../../src/model/held-resources.ts'
import type { Convergence, OwnProxies, Proxies, ProxyStatus } from '../../src/model/proxies.ts'
import type { TrafficPrices } from '../../src/model/traffic-prices.ts'
import type { Collaborators, CountedTraffic } from '../../src/operations/collaborators.ts'
import { openIntake } from '../../src/operations/intake/intake.ts'
import { followStore, type Publish } from '../../src/replica/follow-store.ts'
import { createRestApp, type RestApp } from '../../src/rest/rest-app.ts'
import { openStore } from '../../src/store/thread/open-store.ts'
import { openPolling } from '../../src/xds/polling/open-polling.ts'
import { servedIn } from '../../src/xds/tables/served-in.ts'
import { Tables } from '../../src/xds/tables/tables.ts'

/** The whole REST API over a database, an intake and a feed that are real; only the proxies are told what to say. */
export interface RestTestbed extends Collaborators {
  readonly app: RestApp
  readonly registry: Registry
  readonly proxies: ScriptedProxies
  readonly traffic: ScriptedTraffic
  /** Those that asked by REST. */
  readonly polled: Pick<OwnProxies, 'list'>
  /** Sends JSON (or text as it is) and reads JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into every kind of answer
  readonly body: any
}

/** A testbed that its opener closes. */
export interface LastingTestbed extends RestTestbed {
  close(): Promise<void>
}

interface BenchOptions {
  readonly adminToken?: string
  readonly ready?: () => boolean
  readonly allowEmpty?: boolean
  /** Why nobody is answered who asks by REST. */
  readonly unauthorized?: string
}

/** A testbed for one test. */
export async function openTestbed(options: BenchOptions = {}): Promise<RestTestbed> {
  const testbed = await openLastingTestbed(options)
  onTestFinished(testbed.close)
  return testbed
}

/** The testbed of all tests of a file. */
export interface SharedTestbed extends RestTestbed {
  /** The last revision when the test began. */
  readonly head: number
}

/** One testbed for all tests of the file that calls this: each finds it without sources and proxies. */
export function shareTestbed(): SharedTestbed {
  const testbed = {} as LastingTestbed & { head: number }
  beforeAll(async () => {
    Object.assign(testbed, await openLastingTestbed())
  })
  beforeEach(async () => {
    const { store, proxies, traffic } = testbed
    for (const { source } of await store.sources()) await store.removeSource(source, 'test')
    testbed.head = await store.head()
    proxies.all = []
    proxies.holdings.clear()
    traffic.prices = undefined
    traffic.flush = async () => {}
  })
  afterAll(() => testbed.close())
  return testbed
}

/** A testbed that its opener closes. */
export async function openLastingTestbed(options: BenchOptions = {}): Promise<LastingTestbed> {
  const log = pino({ level: 'silent' })
  const store = await openStore({ kind: 'sqlite', path: ':memory:' })
  const intake = openIntake()
  const tables = new Tables()
  let discovery: ReturnType<typeof openPolling> | undefined
  const publish: Publish = (world, touched, commits) => {
    tables.publish(world, touched, discovery?.polling.isPassed ?? true)
    discovery?.onChange(world.revision, commits)
  }
  const replica = await followStore(store, publish, log)
  const served = openPolling({
    audiences: tables,
    authorize: () => options.unauthorized,
    replica: 'replica-1',
    allowEmpty: options.allowEmpty ?? false,
    revision: replica.world().revision,
    log,
  })
  discovery = served
  const registry = new Registry()
  const proxies = new ScriptedProxies()
  const traffic = new ScriptedTraffic()
  const collaborators = { store, intake, replica, proxies, servedIn, traffic }
  const app = createRestApp(collaborators, {
    authenticate: authenticator(options.adminToken),
    registry,
    log,
    discovery: served.polling,
    ready: options.ready ?? (() => true),
  })
  const call: RestTestbed['call'] = async (method, path, body, headers = {}) => {
    const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
    const type: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' }
    const init = { method, headers: { ...type, ...headers } }
    const response = await app.request(
      path,
      text === undefined ? init : { ...init, body: text as NonNullable<RequestInit['body']> },
    )
    const content = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') && content !== ''
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(content) : content,
    }
  }
  const close = async () => {
    served.close()
    await replica.close()
    await intake.close()
    await store.close()
  }
  return { ...collaborators, polled: served.proxies, app, registry, call, close }
}

class ScriptedTraffic implements CountedTraffic {
  prices: TrafficPrices | undefined
  /** What a flush does. */
  flush: () => Promise<void> = async () => {}
}

class ScriptedProxies implements Proxies {
  all: ProxyStatus[] = []
  /** What those that are connected here have, by id. */
  readonly holdings = new Map<string, HeldType[]>()
  convergence: Convergence = { proxies: 0, acked: 0, nacked: [], pending: [] }
  /** Revisions that somebody waited for, and for how long at most. */
  readonly waits: { revision: number; timeout: number }[] = []
  open = 0
  #answer: Promise<void> = Promise.resolve()
  #waited = () => {}

  /** The next wait lasts until `release`; `waited` resolves when it has begun. */
  holdNext(): { waited: Promise<void>; release: () => void } {
    let release = () => {}
    this.#answer = new Promise(resolve => {
      release = resolve
    })
    const waited = new Promise<void>(resolve => {
      this.#waited = resolve
    })
    return { waited, release }
  }

  async list() {
    return this.all
  }

  async get(id: string) {
    return this.all.find(proxy => proxy.id === id)
  }

  held(id: string) {
    return this.holdings.get(id)
  }

  watch() {
    this.open += 1
    return {
      wait: async (revision: number, timeout: number) => {
        this.waits.push({ revision, timeout })
        this.#waited()
        await this.#answer
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
    kind: 'envoy',
    gateway: 'default/edge',
    viewpoint: { region: 'r1', zone: 'zone-a', subZone: '', node: '', source: '', network: '' },
    form: 'delta',
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
