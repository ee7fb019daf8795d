import { Histogram, type Registry } from 'prom-client'
import type { Store } from '../store/store.ts'

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

/** The same store, with the time of each operation as a metric. */
export function measuredStore(store: Store, registry: Registry): Store {
  const duration = new Histogram({
    name: 'vicinity_store_duration_seconds',
    help: 'Time that the REST API waited for the database',
    labelNames: ['operation', 'outcome'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
    registers: [registry],
  })
  const measured = MEASURED.map(operation => {
    const timed = async (...args: unknown[]) => {
      const end = duration.startTimer({ operation })
      try {
        const result = await (store[operation] as (...args: unknown[]) => Promise<unknown>)(...args)
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
