import { type Location, nameOf } from '../location.ts'
import { StoreUnavailable } from '../store.ts'
import type { Unavailable } from '../thread/backend.ts'
import type { Upkeep } from './moment.ts'

/** The form of a database, as a whole; a failure of the database itself rejects with `StoreUnavailable`. */
export async function openUpkeep(location: Location, operation: string): Promise<Upkeep> {
  const { upkeep, unavailable } = await formOf(location)
  const telling = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act()
    } catch (error) {
      const known = unavailable(error)
      if (known === undefined) throw error
      const { cause, hint } = known
      throw new StoreUnavailable(`${nameOf(location)}: ${cause}: ${hint}`, { operation, hint, cause: error })
    }
  }
  return {
    atMoment: (act, options) => telling(() => upkeep.atMoment(act, options)),
    fill: act => telling(() => upkeep.fill(act)),
    backup: (file, options) => telling(() => upkeep.backup(file, options)),
  }
}

interface Form {
  readonly upkeep: Upkeep
  unavailable(error: unknown): Unavailable | undefined
}

async function formOf(location: Location): Promise<Form> {
  if (location.kind === 'sqlite') {
    const { sqliteUpkeep } = await import('../sqlite/upkeep.ts')
    const { unavailable } = await import('../sqlite/unavailable.ts')
    return { upkeep: sqliteUpkeep(location.path), unavailable }
  }
  const { postgresUpkeep } = await import('../postgres/upkeep.ts')
  const { unavailable } = await import('../postgres/unavailable.ts')
  return { upkeep: postgresUpkeep(location), unavailable }
}
