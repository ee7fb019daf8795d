import { Registry } from 'prom-client'
import { authenticator } from './auth/authenticate.ts'
import { type Config, parseConfig } from './config.ts'
import { openLog } from './log.ts'
import type { OwnProxies, Proxies } from './model/proxies.ts'
import { currentWorld } from './operations/current-world.ts'
import { openIntake } from './operations/intake/intake.ts'
import type { Publish } from './replica/follow-store.ts'
import { OtherProxies } from './replica/proxy-documents.ts'
import { pullStore } from './replica/pull-store.ts'
import { replicaName } from './replica-name.ts'
import { createRestApp } from './rest/rest-app.ts'
import type { Reports } from './store/reports.ts'
import { openStore } from './store/thread/open-store.ts'
import { openPolling } from './xds/polling/open-polling.ts'
import { servedIn } from './xds/tables/served-in.ts'
import { Tables } from './xds/tables/tables.ts'

/** Whoever calls reads its platform's environment; nothing here does. */
export interface FetchHandlerOptions {
  /** As `--database`. */
  readonly database: string
  /** Needed: a handler cannot know who reaches it. */
  readonly adminToken: string
  /** As `--log-level`. */
  readonly logLevel?: string
}

export interface FetchHandler {
  /** Answers one request of the REST API. Never rejects for what was asked. */
  fetch(request: Request): Promise<Response>
  /** Closes the database; to be called when all requests are answered. */
  close(): Promise<void>
}

/**
 * The REST plane without a port, for platforms that bring requests and put the process to sleep between them. The
 * database is migrated and loaded when the promise resolves, and asked again whenever a request depends on it.
 * Envoys may ask it by REST; those that keep a stream open need a replica that `serve` runs, which also looks for silent
 * sources and deletes old history. Rejects with all
 * problems of the options at once, and when the database cannot be opened.
 */
export async function openFetchHandler(options: FetchHandlerOptions): Promise<FetchHandler> {
  const { database, adminToken, logLevel } = configOf(options)
  const log = openLog(logLevel)
  const store = await openStore(database)
  const tables = new Tables()
  let discovery: ReturnType<typeof openPolling> | undefined
  const publish: Publish = (world, touched, commits) => {
    tables.publish(world, touched, discovery?.polling.isPassed ?? true)
    discovery?.onChange(world.revision, commits)
  }
  const replica = await pullStore(store, publish, log).catch(async error => {
    await store.close()
    throw error
  })
  const served = openPolling({
    audiences: tables,
    // As on a replica: every principal that there is may do everything.
    authorize: () => undefined,
    replica: replicaName(),
    allowEmpty: false,
    revision: replica.world().revision,
    log,
  })
  discovery = served
  const intake = openIntake()
  const collaborators = {
    store,
    replica,
    intake,
    proxies: allProxies(served.proxies, store.reports),
    servedIn,
    // No proxy reports here.
    traffic: { flush: async () => {}, prices: undefined },
  }
  const app = createRestApp(collaborators, {
    authenticate: authenticator(adminToken),
    registry: new Registry(),
    log,
    discovery: served.polling,
    ready: () => true,
  })
  return {
    fetch: async request => {
      // What others wrote since may concern a write, such as that its source is silent, and is what an Envoy asks for.
      if (request.method !== 'GET' && request.method !== 'HEAD') await currentWorld(collaborators)
      return app.fetch(withoutWait(request))
    },
    close: async () => {
      served.close()
      await replica.close()
      await intake.close()
      await store.close()
    },
  }
}

function configOf({ database, adminToken, logLevel }: FetchHandlerOptions): Config {
  const flags = { database, ...(logLevel === undefined ? {} : { logLevel }) }
  // An empty token is refused there; a missing one would mean an API that is open.
  const parsed = parseConfig(flags, { VICINITY_ADMIN_TOKEN: adminToken ?? '' })
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  return parsed.config
}

/** None keeps a stream open here: those that asked this process lately, and those of replicas where there are any. */
function allProxies(own: Pick<OwnProxies, 'list' | 'held'>, reports: Reports | undefined): Proxies {
  const theirs = reports && new OtherProxies(reports, '')
  const list = async () => [...own.list(), ...((await theirs?.list()) ?? [])]
  return {
    list,
    get: async id => (await list()).find(one => one.id === id),
    held: id => own.held(id),
    watch: () => ({
      wait: async () => ({ proxies: 0, acked: 0, nacked: [], pending: [] }),
      close: () => {},
    }),
  }
}

/**
 * To wait for proxies that are connected elsewhere would be to say that there are none. A preference that is not
 * honoured is ignored (RFC 7240, section 2), and no Preference-Applied says so.
 */
function withoutWait(request: Request): Request {
  if (!request.headers.has('prefer')) return request
  const headers = new Headers(request.headers)
  headers.delete('prefer')
  return new Request(request, { headers })
}
