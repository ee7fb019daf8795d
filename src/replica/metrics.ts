import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client'
import { processTime } from '../process-time.ts'
import type { Tables } from '../xds/tables/tables.ts'
import type { FollowingReplica } from './follow-store.ts'
import type { OutageWatch } from './outage.ts'

interface Measured {
  /** Its name among the replicas. */
  readonly name: string
  readonly replica: Pick<FollowingReplica, 'world' | 'lag'>
  readonly tables: Pick<Tables, 'sizes'>
  readonly outage: Pick<OutageWatch, 'isAway'>
}

/** What `/metrics` says of a replica beside its requests and its streams; read when somebody asks. */
export function replicaMetrics(registry: Registry, { name, replica, tables, outage }: Measured): void {
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'vicinity_replica_info',
    help: 'Always 1; says by which name revisions, leases and other replicas know this one',
    labelNames: ['replica'],
    registers: [registry],
  }).set({ replica: name }, 1)
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  const { lag } = replica
  gauge('vicinity_revision', 'Newest revision that this replica serves', () => replica.world().revision)
  gauge('vicinity_revision_known', 'Newest revision that this replica has heard of', () => lag.known)
  gauge(
    'vicinity_feed_lag_seconds',
    'For how long a revision is known that is not served; 0: there is none',
    () => (lag.since === undefined ? 0 : Math.max(0, processTime() - lag.since) / 1000),
  )
  gauge('vicinity_database_up', '0 while the database cannot be reached', () => (outage.isAway() ? 0 : 1))
  gauge('vicinity_services', 'Services of all sources', () => replica.world().services.size)
  gauge(
    'vicinity_stale_sources',
    'Sources of whose pushers nothing was heard for as long as their settings allow',
    () => replica.world().staleSources.size,
  )
  gauge(
    'vicinity_quarantined_resources',
    'Versions of resources that proxies refused and nobody took: new proxies get what was there before',
    () => replica.world().quarantines.size,
  )
  const byType = (name: string, help: string, read: (size: Tables['sizes']['cds']) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['type'],
      registers: [registry],
      collect() {
        for (const [type, size] of Object.entries(tables.sizes)) this.set({ type }, read(size))
      },
    })
  byType('vicinity_resources', 'Resources held to be served', one => one.resources)
  byType('vicinity_logged_names', 'Changed names that not all streams have looked at', one => one.logged)
}
