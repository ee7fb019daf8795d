import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import type { PostgresServer } from '../../test/support/postgres.ts'
import type { Fault, FaultKind } from './plan.ts'
import type { Replica } from './replica.ts'

/** What faults are done to. */
interface Victims {
  readonly database: PostgresServer
  readonly replicas: readonly Replica[]
}

/** Does it, and returns how it is mended. */
type Doing = (victims: Victims, replica: Replica) => Promise<(() => Promise<unknown> | undefined) | undefined>

const DELAY = 300

const DOINGS: Readonly<Record<FaultKind, Doing>> = {
  kill: async (_, replica) => {
    await replica.kill()
    return () => replica.start()
  },
  stop: async (_, replica) => {
    await replica.stop()
    return () => replica.start()
  },
  pause: async (_, replica) => {
    replica.pause()
    return async () => replica.resume()
  },
  'kill all': async ({ replicas }) => {
    const running = replicas.filter(({ isRunning }) => isRunning)
    await Promise.all(running.map(one => one.kill()))
    return () => Promise.all(running.map(one => one.start()))
  },
  'restart database': async ({ database }) => {
    await database.stop('fast')
    return () => database.start()
  },
  'crash database': async ({ database }) => {
    await database.stop('immediate')
    return () => database.start()
  },
  'pause database': async ({ database }) => {
    await database.pause()
    return () => database.resume()
  },
  'end connections': async ({ database }) => {
    await endConnections(database.url)
    return undefined
  },
  'cut database': async (_, { ways }) => {
    await ways.database.cut()
    return () => ways.database.heal()
  },
  'freeze database': async (_, { ways }) => {
    ways.database.freeze()
    return async () => ways.database.thaw()
  },
  'slow database': async (_, { ways }) => {
    ways.database.delay(DELAY)
    return async () => ways.database.delay(0)
  },
  'cut clients': async (_, { ways }) => {
    await Promise.all([ways.rest.cut(), ways.xds.cut()])
    return () => Promise.all([ways.rest.heal(), ways.xds.heal()])
  },
  'freeze clients': async (_, { ways }) => {
    for (const way of [ways.rest, ways.xds]) way.freeze()
    return async () => {
      for (const way of [ways.rest, ways.xds]) way.thaw()
    }
  },
}

const OF_A_PROCESS: ReadonlySet<FaultKind> = new Set(['kill', 'stop', 'pause'])

/** Carries out a fault to its end. Resolves to false where there was nothing to do it to. */
export async function suffer(fault: Fault, victims: Victims, signal: AbortSignal): Promise<boolean> {
  const replica = victims.replicas[fault.replica] as Replica
  if (OF_A_PROCESS.has(fault.kind) && !replica.isRunning) return false
  const mend = await DOINGS[fault.kind](victims, replica)
  await sleep(fault.lasts, undefined, { signal }).catch(() => {})
  await mend?.()
  return true
}

async function endConnections(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice() {} })
  try {
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where pid <> pg_backend_pid() and usename like 'replica%'`
  } finally {
    await sql.end()
  }
}
