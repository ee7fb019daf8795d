import { type ChildProcess, execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../demo/free-port.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { type GuardedFolder, hasEnded, openGuardedFolder } from './guarded-folder.ts'
import { fastestParent, makeDataFolder } from './postgres/data-folder.ts'
import { createDatabase } from './postgres/databases.ts'
import { findPostgres, HOW_TO_GET_IT, type PostgresInstallation } from './postgres/find-postgres.ts'
import { childrenOf } from './postgres/process-children.ts'
import { type ProcessUser, unprivilegedUser } from './unprivileged-user.ts'

const run = promisify(execFile)

/** As in the server's own `postgresql.conf`: `{ max_connections: '20' }`. They win over ours; `fsync: 'on'` is on a disk. */
type Settings = Readonly<Record<string, string>>

const SETTINGS: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '16MB',
  // /dev/shm is small in containers, and what a killed server has there stays.
  dynamic_shared_memory_type: 'mmap',
  // Ours end a process, never the machine: what was written is there again.
  fsync: 'off',
}

/** How a server ends: connections are closed and all is written; or at once, as by a crash, and it recovers at the start. */
const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const

/**
 * A real PostgreSQL server that is running on a port of its own in a temporary folder; the role `postgres` needs no
 * password. It ends with this process, however this process ends.
 */
export class PostgresServer {
  readonly port: number
  readonly #place: Place
  #process: ChildProcess | undefined

  constructor(port: number, place: Place) {
    this.port = port
    this.#place = place
  }

  /** Of the database `postgres`. */
  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`
  }

  /** Resolves when it takes connections, on the same port and with the same data as before. */
  async start(): Promise<void> {
    const { installation, folder, data, settings } = this.#place
    const flags = Object.entries({ ...SETTINGS, ...settings }).map(([name, value]) => `-c${name}=${value}`)
    const args = ['-D', data, `-p${this.port}`, ...flags]
    const server = await folder.start(join(installation.bin, 'postgres'), args)
    this.#process = server
    await waitUntil('PostgreSQL to take connections', () => this.#isReady(server), { timeout: 60_000 })
  }

  /** Nothing happens when it has stopped. Ends a pause. */
  async stop(mode: keyof typeof SIGNALS): Promise<void> {
    const server = this.#process
    if (!server || hasEnded(server)) return
    const ended = once(server, 'exit')
    server.ref()
    await this.resume()
    server.kill(SIGNALS[mode])
    await ended
  }

  /** Nothing of it runs until `resume`: connections stay open, and nobody answers. */
  async pause(): Promise<void> {
    const pid = this.#running()
    // The postmaster first: it starts no backend after that, save one that it was about to start.
    const stopped = new Set<number>()
    let running = [pid]
    while (running.length > 0) {
      for (const one of running) signal(one, 'SIGSTOP')
      for (const one of running) stopped.add(one)
      running = (await childrenOf(pid)).filter(child => !stopped.has(child))
    }
  }

  async resume(): Promise<void> {
    const pid = this.#running()
    for (const one of [...(await childrenOf(pid)), pid]) signal(one, 'SIGCONT')
  }

  /** Of an empty database on this server. */
  createDatabase(): Promise<string> {
    return createDatabase(this.url)
  }

  /** Also when it is paused, or has stopped. Its data is gone. */
  async close(): Promise<void> {
    await this.stop('immediate')
    await this.#place.folder.close()
  }

  /** Runs a program of PostgreSQL on the data of this server, as the server's user. */
  protected async control(command: string): Promise<void> {
    const { installation, user, data } = this.#place
    await run(join(installation.bin, 'pg_ctl'), [command, '-D', data], { ...user, cwd: '/' })
  }

  #running(): number {
    const server = this.#process
    if (server?.pid === undefined || hasEnded(server)) throw new Error('the PostgreSQL server has stopped')
    return server.pid
  }

  /** As `pg_ctl --wait` has it: the last line of `postmaster.pid`, when that is of this process. */
  async #isReady(server: ChildProcess): Promise<boolean> {
    const { folder, data } = this.#place
    if (hasEnded(server)) throw new Error(`PostgreSQL did not start:\n${await folder.log()}`)
    const file = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
    const lines = file.split('\n')
    return lines[0] === String(server.pid) && /^(ready|standby)\s*$/.test(lines[7] ?? '')
  }
}

/** A server that follows another one and answers questions only, until it is promoted. */
export class StandbyServer extends PostgresServer {
  /** Resolves when it takes writes. */
  promote(): Promise<void> {
    return this.control('promote')
  }
}

/** Where a server has its files, and what it runs as. */
interface Place {
  readonly installation: PostgresInstallation
  readonly user: ProcessUser | undefined
  readonly folder: GuardedFolder
  readonly data: string
  readonly settings: Settings
}

/** Starts a new server. Rejects with what it has logged when it does not start. */
export async function startPostgres(settings: Settings = {}): Promise<PostgresServer> {
  return startIn(PostgresServer, settings, place =>
    makeDataFolder(place.data, place.installation, place.user),
  )
}

/** Starts a copy of a running server, which follows it. */
export async function startStandby(primary: PostgresServer, settings: Settings = {}): Promise<StandbyServer> {
  return startIn(StandbyServer, settings, async ({ installation, user, data }) => {
    const args = ['-R', '-D', data, '-d', primary.url, '--checkpoint=fast', '--no-sync']
    await run(join(installation.bin, 'pg_basebackup'), args, { ...user, cwd: '/' })
  })
}

async function startIn<Server extends PostgresServer>(
  Kind: new (port: number, place: Place) => Server,
  settings: Settings,
  makeData: (place: Place) => Promise<void>,
): Promise<Server> {
  const installation = await findPostgres()
  if (!installation) throw new Error(`no PostgreSQL to run: ${HOW_TO_GET_IT}`)
  const user = await unprivilegedUser()
  // Who asks for fsync wants a disk.
  const parent = settings.fsync === 'on' ? tmpdir() : await fastestParent()
  const folder = await openGuardedFolder('vicinity-postgres-', user, parent)
  try {
    const place = { installation, user, folder, data: join(folder.path, 'data'), settings }
    await makeData(place)
    const server = new Kind(await freePort(), place)
    await server.start()
    return server
  } catch (error) {
    await folder.close()
    throw error
  }
}

/** A backend may have ended in between. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
