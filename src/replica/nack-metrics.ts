import { Counter, Gauge, type Registry } from 'prom-client'
import type { Refusal } from '../model/nacks.ts'
import type { ProxyCounts } from '../model/proxies.ts'
import { resourceTypeName } from '../model/resource-types.ts'
import type { NackNotes } from './note-nacks.ts'

interface Measured {
  readonly proxies: () => Pick<ProxyCounts, 'rejecting'>
  readonly notes: Pick<NackNotes, 'dropped'>
}

/** What `/metrics` says of what proxies refuse; returns what counts a NACK. */
export function nackMetrics(
  registry: Registry,
  { proxies, notes }: Measured,
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
      for (const [typeUrl, count] of proxies().rejecting) this.set({ type: resourceTypeName(typeUrl) }, count)
    },
  })
  new Counter({
    name: 'vicinity_nacks_dropped_total',
    help: 'Of them, those that were not kept because the database was away for too long',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(notes.dropped)
    },
  })
  return ({ typeUrl }) => nacks.inc({ type: resourceTypeName(typeUrl) })
}
