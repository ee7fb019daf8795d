import { Counter, collectDefaultMetrics, Gauge, type Registry } from 'prom-client'
import type { Refusal } from '../model/nacks.ts'
import type { OwnProxies, ProxyStatus } from '../model/proxies.ts'
import { resourceTypeName } from '../model/resource-types.ts'
import type { Replica } from '../operations/replica.ts'
import type { Tables } from '../xds/tables.ts'
import type { NackNotes } from './note-nacks.ts'
import type { OutageWatch } from './outage.ts'

interface Measured {
  readonly replica: Replica
  readonly tables: Tables
  readonly proxies: OwnProxies
  readonly outage: Pick<OutageWatch, 'isAway'>
}

/** What `/metrics` says of a replica beside its requests; read when somebody asks. */
export function replicaMetrics(registry: Registry, { replica, tables, proxies, outage }: Measured): void {
  collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('vicinity_revision', 'Newest revision that this replica serves', () => replica.world().revision)
  gauge('vicinity_database_up', '0 while the database cannot be reached', () => (outage.isAway() ? 0 : 1))
  gauge('vicinity_services', 'Services of all sources', () => replica.world().services.size)
  gauge(
    'vicinity_stale_sources',
    'Sources of whose pushers nothing was heard for as long as their settings allow',
    () => replica.world().staleSources.size,
  )
  gauge(
    'vicinity_assignments',
    'Assignments held, one for each class of viewpoints',
    () => tables.assignmentsHeld,
  )
  gauge('vicinity_proxies', 'Connected proxies', () => proxies.list().length)
  gauge('vicinity_proxies_synced', 'Connected proxies that have answered everything', () => {
    return proxies.list().filter(proxy => proxy.synced).length
  })
}

/** What `/metrics` says of what proxies refuse; returns what counts a NACK. */
export function nackMetrics(
  registry: Registry,
  {
    proxies,
    notes,
  }: { readonly proxies: () => readonly ProxyStatus[]; readonly notes: Pick<NackNotes, 'dropped'> },
): (refusal: Pick<Refusal, 'typeUrl'>) => void {
  const common = { labelNames: ['type'] as const, registers: [registry] }
  const nacks = new Counter({
    name: 'vicinity_nacks_total',
    help: 'Responses that proxies refused',
    ...common,
  })
  new Gauge({
    name: 'vicinity_nacks_standing',
    help: 'Connected proxies that refused something of the type and have taken nothing since that makes it good',
    ...common,
    collect() {
      this.reset()
      for (const { types } of proxies())
        for (const { typeUrl, rejected } of types) if (rejected) this.inc({ type: resourceTypeName(typeUrl) })
    },
  })
  new Gauge({
    name: 'vicinity_nacks_dropped',
    help: 'Of them, those that were not kept because the database was away for too long',
    registers: [registry],
    collect() {
      this.set(notes.dropped)
    },
  })
  return ({ typeUrl }) => nacks.inc({ type: resourceTypeName(typeUrl) })
}
