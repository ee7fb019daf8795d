import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { test } from 'vitest'
import { freePort } from '../../demo/free-port.ts'
import { takesConnections } from '../../demo/takes-connections.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { hasEnded, openGuardedFolder } from './guarded-folder.ts'
import { unprivilegedUser } from './unprivileged-user.ts'

const run = promisify(execFile)

/** Debian has it where only root looks. */
const PATH = `${process.env.PATH}${delimiter}/usr/sbin`

/** A real PgBouncer in front of a PostgreSQL server, in transaction pooling mode. Ends with this process. */
export interface PgBouncer {
  readonly port: number
  /** What was reached at the server's URL, through the pool. */
  readonly url: string
  close(): Promise<void>
}

/** Defines tests that need a real PgBouncer. Where none is installed they are skipped, and say so. */
export async function onPgBouncer(define: () => void): Promise<void> {
  const installed = await run('pgbouncer', ['--version'], { env: { PATH } }).catch(() => undefined)
  if (installed) return define()
  console.warn('SKIPPED: the tests on a real PgBouncer did not run: install pgbouncer')
  test.skip('SKIPPED, all that needs a real PgBouncer: install pgbouncer')
}

/** Starts one for all databases of the server of this URL; `poolSize` connections to each. */
export async function startPgBouncer(server: string, poolSize = 5): Promise<PgBouncer> {
  const folder = await openGuardedFolder('vicinity-pgbouncer-', await unprivilegedUser())
  try {
    const port = await freePort()
    const file = join(folder.path, 'pgbouncer.ini')
    await writeFile(file, configuration(new URL(server), port, poolSize))
    const bouncer = await folder.start('pgbouncer', ['-q', file], { PATH })
    await waitUntil('PgBouncer to take connections', async () => {
      if (hasEnded(bouncer)) throw new Error(`PgBouncer did not start:\n${await folder.log()}`)
      return takesConnections(port)
    })
    const url = new URL(server)
    url.port = String(port)
    return { port, url: url.href, close: folder.close }
  } catch (error) {
    await folder.close()
    throw error
  }
}

/** `any`: whoever asks is taken, and is to the server the user that its URL names. */
function configuration({ hostname, port, username }: URL, own: number, poolSize: number): string {
  return `
[databases]
* = host=${hostname} port=${port} user=${username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 1000
`
}
