import { SpanKind } from '@opentelemetry/api'
import { Histogram, type Registry } from 'prom-client'
import type { Store } from '../store/store.ts'
import { REVISION, traced } from '../traced.ts'

/** What the API asks of the store while somebody waits for the answer. */
const MEASURED = [
  'head',
  'write',
  'repeat',
  'restore',
  'removeSource',
  'control',
  'part',
  'entries',
  'revisions',
  'revision',
  'diff',
  'sources',
  'heard',
  'lastHeard',
] as const

/** The same store, with the time of each operation as a metric and as a span. */
export function measuredStore(store: Store, registry: Registry): Store {
  const duration = new Histogram({
    name: 'vicinity_store_duration_seconds',
    help: 'Time that the REST API waited for the database',
    labelNames: ['operation', 'outcome'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
    registers: [registry],
  })
  const system = store.reports === undefined ? 'sqlite' : 'postgresql'
  const measured = MEASURED.map(operation => {
    const attributes = { 'db.system.name': system, 'db.operation.name': operation }
    const timed = async (...args: unknown[]) => {
      const end = duration.startTimer({ operation })
      try {
        const result = await traced(operation, { kind: SpanKind.CLIENT, attributes }, async span => {
          const result = await (store[operation] as (...args: unknown[]) => Promise<unknown>)(...args)
          if (isWritten(result)) span.setAttribute(REVISION, result.revision)
          return result
        })
        end({ outcome: 'done' })
        return result
      } catch (error) {
        end({ outcome: 'failed' })
        throw error
      }
    }
    return [operation, timed]
  })
  return { ...store, ...(Object.fromEntries(measured) as Pick<Store, (typeof MEASURED)[number]>) }
}

/** A write of a revision. */
function isWritten(result: unknown): result is { readonly revision: number } {
  const { outcome, revision } = (result ?? {}) as { outcome?: unknown; revision?: unknown }
  return outcome === 'written' && typeof revision === 'number'
}
