import type { Closing } from '../../demo/closing.ts'
import { freshVicinity } from '../../demo/stage.ts'
import { startVicinity, type Vicinity } from '../../demo/vicinity.ts'
import { startPostgres } from '../../test/support/postgres.ts'

/**
 * Vicinity on a fresh SQLite file; with `--postgres` among the arguments two replicas on a fresh PostgreSQL that syncs
 * its commits: what is pushed goes to one, and Envoys connect to the other.
 */
export async function vicinityAsAsked(closing: Closing): Promise<Vicinity> {
  if (!process.argv.includes('--postgres')) return freshVicinity(closing)
  const postgres = await startPostgres({ fsync: 'on' })
  closing.addWay(() => postgres.close())
  const database = await postgres.createDatabase()
  const pushed = closing.add(await startVicinity({ database }))
  const serving = closing.add(await startVicinity({ database }))
  return { ...pushed, xds: serving.xds }
}
