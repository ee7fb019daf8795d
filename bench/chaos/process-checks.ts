import { readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import postgres from 'postgres'
import { waitUntil } from '../../demo/wait-until.ts'
import { memoryOf } from '../acceptance/process-memory.ts'
import type { Findings } from './findings.ts'
import type { Replica } from './replica.ts'
import type { Stage } from './stage.ts'

/** Resident, in MiB. */
const MOST_MEMORY = 400

/** A replica's memory and its sockets are bounded, whatever it went through. */
export async function checkProcess(
  { name, pid }: Replica,
  { proxies }: Stage,
  findings: Findings,
): Promise<void> {
  if (pid === undefined) return
  const { rssMiB } = await memoryOf(pid)
  if (rssMiB > MOST_MEMORY) findings.add('memory', `${name} has ${rssMiB} MiB`)
  const sockets = await socketsOf(pid)
  // Its clients' connections, those to the database, and some that are about to close.
  const most = proxies.length + 80
  if (sockets > most) findings.add('connection leaked', `${name} has ${sockets} sockets open`)
}

async function socketsOf(pid: number): Promise<number> {
  const folder = `/proc/${pid}/fd`
  const names = await readdir(folder)
  const targets = await Promise.all(names.map(name => readlink(join(folder, name)).catch(() => '')))
  return targets.filter(target => target.startsWith('socket:')).length
}

/** What a replica may have open: its pool, and the connection that listens. */
const MOST_CONNECTIONS = 9
/** Until the server has noticed that a client is gone, in milliseconds. */
const NOTICED_AFTER = 15_000

/** How many connections each replica has in the database is bounded while it runs, and none when it does not. */
export async function checkConnections({ database, replicas }: Stage, findings: Findings): Promise<void> {
  const sql = postgres(database.url, { max: 1, onnotice() {} })
  let left = ''
  const isFine = async () => {
    const rows = await sql<{ usename: string; count: number }[]>`
      select usename, count(*)::int as count from pg_stat_activity where usename like 'replica%' group by usename`
    const tooMany = rows.filter(({ usename, count }) => {
      const owner = replicas.find(({ user }) => user === usename)
      return count > (owner?.isRunning ? MOST_CONNECTIONS : 0)
    })
    left = JSON.stringify(tooMany)
    return tooMany.length === 0
  }
  try {
    await waitUntil('connections to end', isFine, { timeout: NOTICED_AFTER, every: 200 })
  } catch {
    findings.add('connection leaked', `in the database: ${left}`)
  } finally {
    await sql.end()
  }
}
