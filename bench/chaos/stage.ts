import { join } from 'node:path'
import postgres from 'postgres'
import type { Closing } from '../../demo/closing.ts'
import type { Envoy } from '../../demo/envoy.ts'
import { type Load, startLoad } from '../../demo/load.ts'
import { type PostgresServer, startPostgres } from '../../test/support/postgres.ts'
import { seededRandom } from '../../test/support/seeded-random.ts'
import { type Balancer, openBalancer } from './balancer.ts'
import { type Edge, LOAD_HOST, ZONE_NAMES } from './documents.ts'
import { FeedWatch } from './feed-watch.ts'
import type { Findings } from './findings.ts'
import { Ledger } from './ledger.ts'
import type { Options } from './options.ts'
import { type Fault, keepsFromDatabase } from './plan.ts'
import { carefulPusher, modifyingPusher, replacingPusher } from './pushers.ts'
import { planEdges, startBackends, startEdgeEnvoy } from './real-envoys.ts'
import { Replica, userOf } from './replica.ts'
import { type Turns, takeTurns } from './turns.ts'
import { WatchedProxy } from './watched-proxy.ts'

export const REPLICAS = 3

/** Everything that runs. */
export interface Stage {
  readonly database: PostgresServer
  readonly replicas: readonly Replica[]
  readonly ledger: Ledger
  readonly pushers: readonly Turns[]
  readonly feeds: readonly FeedWatch[]
  readonly feedTurns: readonly Turns[]
  readonly proxies: readonly WatchedProxy[]
  readonly edges: readonly Edge[]
  readonly envoys: readonly Envoy[]
  readonly balancer: Balancer
  readonly load: Load | undefined
  /** Pushes that nobody acknowledged and that were done all the same, as far as is known. */
  landed: number
  /** What is broken now. */
  readonly faults: Set<Fault>
  /** An address that a simulated proxy is given. */
  anyXds(): string
}

interface Surroundings {
  readonly options: Options
  readonly folder: string
  readonly findings: Findings
  readonly signal: AbortSignal
  readonly closing: Closing
}

export async function openStage({
  options,
  folder,
  findings,
  signal,
  closing,
}: Surroundings): Promise<Stage> {
  const faults = new Set<Fault>()
  const database = await startPostgres({ fsync: 'on', max_connections: '60' })
  closing.addWay(() => database.close())
  await createUsers(database.url)
  const replicas: Replica[] = []
  for (let index = 0; index < REPLICAS; index += 1) {
    const replica = await Replica.open({
      index,
      program: options.program,
      database: database.url,
      logFile: join(folder, `replica-${index + 1}.log`),
      findings,
      isKeptFromDatabase: () => [...faults].some(fault => keepsFromDatabase(fault, index)),
    })
    closing.addWay(() => replica.close())
    replicas.push(replica)
  }
  await Promise.all(replicas.map(replica => replica.start()))

  const addresses = replicas.map(({ rest }) => rest)
  const ledger = new Ledger()
  const backends = await startBackends(closing)
  const edges = await planEdges(options.envoys)
  // What pushers do depends on what they are answered: their numbers are not those of the plan.
  const pushing = { addresses, ledger, findings, signal, random: seededRandom(options.seed + 1) }
  const careful = carefulPusher(pushing, { edges, backends })
  await careful()
  const turns = [careful, replacingPusher(pushing), modifyingPusher(pushing, 1), modifyingPusher(pushing, 2)]
  const failed = (error: Error) => {
    if (!signal.aborted) findings.add('the harness failed', error.stack ?? error.message)
  }
  const pushers = turns.map(turn => takeTurns(turn, () => 50 + pushing.random() * 400, failed))

  const history = new Map<number, string>()
  const feeds = replicas.map(replica => new FeedWatch(replica, history, findings))
  const feedTurns = feeds.map(feed =>
    takeTurns(
      () => feed.look(),
      () => 300,
      failed,
    ),
  )
  const xdsPorts = replicas.map(({ ways }) => ways.xds.port)
  const anyXds = () => `127.0.0.1:${xdsPorts[Math.floor(Math.random() * xdsPorts.length)]}`
  const proxies = Array.from({ length: options.proxies }, (_, index) => {
    const zone = ZONE_NAMES[index % ZONE_NAMES.length] as string
    return new WatchedProxy(`proxy-${index}`, zone, anyXds, findings)
  })
  closing.addWay(async () => {
    for (const proxy of proxies) proxy.close()
  })
  for (const proxy of proxies) proxy.connect()

  const balancer = await openBalancer(xdsPorts)
  closing.addWay(() => balancer.close())
  const envoys: Envoy[] = []
  for (const edge of edges)
    envoys.push(closing.add(await startEdgeEnvoy(edge, `envoy-${edge.name}`, balancer.address)))
  const targets = edges.map(({ port }) => ({ address: `127.0.0.1:${port}`, path: '/', host: LOAD_HOST }))
  const load = targets.length > 0 ? startLoad(targets, options.rate * targets.length) : undefined
  closing.addWay(async () => {
    await load?.stop()
  })
  // The first to be closed: what else is closed is then not seen as a fault.
  closing.addWay(async () => {
    await Promise.all([...pushers, ...feedTurns].map(one => one.pause()))
  })
  return {
    database,
    replicas,
    ledger,
    landed: 0,
    pushers,
    feeds,
    feedTurns,
    proxies,
    edges,
    envoys,
    balancer,
    load,
    faults,
    anyXds,
  }
}

/** One for each replica, which can do all that the owner of a database can. */
async function createUsers(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice() {} })
  for (let index = 0; index < REPLICAS; index += 1) {
    await sql.unsafe(`create role ${userOf(index)} login superuser`)
  }
  await sql.end()
}
