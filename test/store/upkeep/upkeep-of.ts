import { type Location, parseLocation } from '../../../src/store/location.ts'
import type { Store } from '../../../src/store/store.ts'
import { openStore } from '../../../src/store/thread/open-store.ts'
import type { Upkeep } from '../../../src/store/upkeep/moment.ts'
import { openUpkeep } from '../../../src/store/upkeep/open-upkeep.ts'
import { type Verification, verify } from '../../../src/store/upkeep/verify.ts'

/** By what `--database` is told. */
export function opened(database: string): Promise<Store> {
  return openStore(parseLocation(database) as Location)
}

export function upkeepOf(database: string): Promise<Upkeep> {
  return openUpkeep(parseLocation(database) as Location, 'test')
}

export async function verified(database: string): Promise<Verification> {
  return (await upkeepOf(database)).atMoment(verify, { own: false })
}
