import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import { formatAddress } from './address.ts'
import { authenticator } from './auth/authenticate.ts'
import type { Config } from './config.ts'
import { nackOf } from './model/nacks.ts'
import type { ProxyCounts, Stances } from './model/proxies.ts'
import { clientStatuses } from './operations/configuration/client-statuses.ts'
import { openIntake } from './operations/intake/intake.ts'
import { convergenceMetrics } from './replica/convergence-metrics.ts'
import { FleetDemand } from './replica/demand-meter.ts'
import { DEMAND_TIMING, type DemandTiming, keepDemandRows } from './replica/demand-rows.ts'
import { followStore, type Publish } from './replica/follow-store.ts'
import { type Housekeeping, keepHouse, LEASE_TIMING } from './replica/housekeeping.ts'
import { joinReplicas } from './replica/join-replicas.ts'
import { keepQuarantines } from './replica/keep-quarantines.ts'
import { keepTraffic } from './replica/keep-traffic.ts'
import { replicaMetrics } from './replica/metrics.ts'
import { nackMetrics } from './replica/nack-metrics.ts'
import { noteNacks } from './replica/note-nacks.ts'
import { onceATurn } from './replica/once-a-turn.ts'
import { watchOutage, whenReached } from './replica/outage.ts'
import { measurePhases } from './replica/publish-phases.ts'
import { keepHistoryShort, keepTrafficShort } from './replica/retention.ts'
import { streamMetrics } from './replica/stream-metrics.ts'
import { Suspects } from './replica/suspects.ts'
import { watchSilence } from './replica/watch-silence.ts'
import { replicaName } from './replica-name.ts'
import { createRestApp } from './rest/rest-app.ts'
import { serveRest } from './rest/serve-rest.ts'
import type { Commit } from './store/store.ts'
import { openStore } from './store/thread/open-store.ts'
import { LoadReports } from './xds/load-reports/load-reports.ts'
import { openXdsServer, type XdsServer } from './xds/server.ts'
import type { ClientStatuses } from './xds/side-services/client-statuses.ts'
import { servedIn } from './xds/tables/served-in.ts'
import { Tables } from './xds/tables/tables.ts'

export interface ControlPlane {
  /** HOST:PORT of the REST API, with the real port. */
  readonly rest: string
  /** HOST:PORT where Envoys connect, with the real port. */
  readonly xds: string
  /** Answers what has begun, lets go of the Envoys, closes the database. */
  close(): Promise<void>
}

export interface StartOptions {
  readonly demand?: DemandTiming | undefined
  /** Ends a start that waits for the database. */
  readonly signal?: AbortSignal
}

const NEVER = new AbortController().signal

const NO_PROXIES: ProxyCounts = { all: 0, synced: 0, byForm: new Map(), rejecting: new Map() }
/** Before the port is open. */
const NOBODY: Stances = { current: 0, other: 0, taken: 0, refused: 0 }

/** How long load balancers get to learn that this replica goes, before Envoys look for another one, in milliseconds. */
const NOTICE = 1_000

/** How long what a stream saw is kept for those whose connections were cut all at once, in milliseconds. */
const LINGER = 10_000

/** Takes what must be closed, the last opened first. */
type OnClose = (close: () => Promise<void> | void) => void

/**
 * Starts a replica: the one place that sees everything. The database is loaded before a port is opened, so that no
 * Envoy is ever told less than the database has; both planes answer when the promise resolves. A
 * PostgreSQL that is away is waited for, until `signal` aborts. Rejects, with all closed again, when something cannot be
 * opened.
 */
export async function start(
  config: Config,
  log: Logger,
  { demand = DEMAND_TIMING, signal = NEVER }: StartOptions = {},
): Promise<ControlPlane> {
  const opened: (() => Promise<void> | void)[] = []
  const close = async () => {
    for (let next = opened.pop(); next !== undefined; next = opened.pop()) await next()
  }
  try {
    const addresses = await open({ config, log, demand, signal }, one => opened.push(one))
    return { ...addresses, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Start {
  readonly config: Config
  readonly log: Logger
  readonly demand: DemandTiming
  readonly signal: AbortSignal
}

async function open(
  { config, log, demand, signal }: Start,
  onClose: OnClose,
): Promise<{ rest: string; xds: string }> {
  const name = replicaName()
  // Others share a PostgreSQL, and bring it back; what is wrong with a file is for who starts this to see.
  const sought = <T>(attempt: () => Promise<T>) =>
    config.database.kind === 'postgres' ? whenReached(attempt, log, signal) : attempt()
  const outage = watchOutage(log)
  const store = await sought(() => openStore(config.database, outage.onOutage))
  onClose(() => store.close())
  const intake = openIntake()
  onClose(() => intake.close())

  const registry = new Registry()
  const phases = measurePhases(registry)
  const convergence = convergenceMetrics(registry, log)
  const tables = new Tables({ linger: LINGER })
  const loads = new LoadReports({
    world: () => replica.world(),
    clusterNames: node => tables.clusterNames(node),
    window: demand.window,
  })
  const traffic = keepTraffic({ tally: loads.tally, traffic: store.traffic, writer: name, log })
  onClose(() => traffic.close())
  const meter = new FleetDemand({
    ...demand,
    hold: store.reports === undefined ? 0 : demand.hold,
    census: tables.census,
    reporters: loads.reporters,
    locate: one => replica.world().locate(one),
  })
  onClose(() => meter.close())
  let xds: XdsServer | undefined
  let statuses: ClientStatuses | undefined
  let housekeeping: Housekeeping | undefined
  const publish: Publish = (world, touched, commits) => {
    phases.run('tables', () => tables.publish(world, touched, xds?.isPassed ?? true))
    if (xds !== undefined) tellStreams(xds, world.revision, commits)
    housekeeping?.onChange()
  }
  const tellStreams = (streams: XdsServer, revision: number, commits: readonly Commit[]) =>
    void phases.run('fan-out', () => {
      streams.onChange(revision, commits)
      return streams.passed()
    })
  const replica = await sought(() => followStore(store, publish, log, phases))
  onClose(() => replica.close())

  const notes = noteNacks({ nacks: store.nacks, log })
  onClose(() => notes.close())
  const suspects = new Suspects(suspect => xds?.proxies.stances(suspect) ?? NOBODY)
  const counts = onceATurn(() => xds?.proxies.count() ?? NO_PROXIES)
  const countNack = nackMetrics(registry, { proxies: counts, notes })

  const { revision } = replica.world()
  const authenticate = authenticator(config.adminToken)
  xds = await openXdsServer({
    ...config.xds,
    audiences: tables,
    authenticate,
    // Every principal that there is may do everything; scoped tokens are still to come.
    authorize: () => undefined,
    replica: name,
    allowEmpty: config.allowEmpty,
    maxConnectionAge: config.maxConnectionAge,
    loads,
    loadInterval: config.loadInterval,
    resourceTtl: config.resourceTtl,
    clientStatuses: {
      list: async () => (await statuses?.list()) ?? [],
      resources: async proxy => (await statuses?.resources(proxy)) ?? [],
    },
    revision,
    observe: convergence.observe,
    log,
    onRefused: refusal => {
      countNack(refusal)
      notes.note(nackOf(refusal))
      suspects.note(refusal)
    },
  })
  const server = xds
  // The feed may have gone on while the port was being opened.
  if (replica.world().revision !== revision) server.onChange(replica.world().revision)
  onClose(() => server.close(0))
  const quarantines = () => replica.world().quarantines.values()
  const told = { suspects, quarantines, meter }
  const joined = joinReplicas({ reports: store.reports, id: name, own: server.proxies, ...told, log })
  onClose(() => joined.close())

  convergence.watch(xds.rounds)
  replicaMetrics(registry, { name, replica, tables, outage })
  streamMetrics(registry, { xds, proxies: counts, loads })
  let ready = true
  const counted = { flush: traffic.flush, prices: config.trafficPrices }
  const collaborators = { store, replica, intake, proxies: joined.proxies, servedIn, traffic: counted }
  statuses = clientStatuses(collaborators)
  const app = createRestApp(collaborators, {
    authenticate,
    registry,
    log,
    discovery: server.polling,
    ready: () => ready,
  })
  const rest = await serveRest(app, config.rest)
  onClose(() => rest.close())
  // While Envoys go, what reaches this replica is still answered, and `/readyz` says that nothing more should.
  onClose(() => server.close(NOTICE))
  // Whoever wants to be heard can be from here on.
  const house = keepHouse({ store, holder: name, log, timing: LEASE_TIMING }, lease => [
    keepHistoryShort(store, config.retention, log),
    keepTrafficShort(store.traffic, config.retainTraffic, log),
    keepDemandRows({ store, replica, meter, log, timing: demand }),
    watchSilence(store, replica, lease, log),
    keepQuarantines({ store, replica, suspects, others: () => joined.others(), log }),
  ])
  housekeeping = house
  onClose(() => house.close())
  onClose(() => {
    ready = false
    server.stopWaiting()
    joined.stopWaiting()
  })
  return { rest: rest.address, xds: formatAddress(xds) }
}
