import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, open, readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProcessUser } from './unprivileged-user.ts'

const GUARD = fileURLToPath(new URL('./guard.sh', import.meta.url))

/** A temporary folder that one server runs in. Both end with this process, also when it is killed. */
export interface GuardedFolder {
  readonly path: string
  /** Starts the server, as the folder's user. Rejects when there is no such program. */
  start(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<ChildProcess>
  /** The end of what the server has said. */
  log(): Promise<string>
  /** Ends the server at once, and removes the folder. */
  close(): Promise<void>
}

/** Makes a folder that is `user`'s, or ours. */
export async function openGuardedFolder(
  prefix: string,
  user: ProcessUser | undefined,
  parent = tmpdir(),
): Promise<GuardedFolder> {
  const path = await mkdtemp(join(parent, prefix))
  const guard = spawn('sh', [GUARD, path], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  const ended = once(guard, 'exit')
  // Who forgets to close it must not wait for it: the guard sees to that.
  guard.stdin.on('error', () => {})
  guard.unref()
  ;(guard.stdin as unknown as Socket).unref()
  if (user) await chown(path, user.uid, user.gid)
  const logFile = join(path, 'log')
  return {
    path,
    start: async (program, args, env = process.env) => {
      const log = await open(logFile, 'a')
      // Detached: a terminal's Ctrl-C is for the tests, which may want to close what they have opened.
      const stdio: ['ignore', number, number] = ['ignore', log.fd, log.fd]
      const server = spawn(program, args, { ...user, env, cwd: '/', stdio, detached: true })
      guard.stdin.write(`${server.pid ?? ''}\n`)
      server.once('exit', () => void guard.stdin.write('\n'))
      server.unref()
      await once(server, 'spawn').finally(() => log.close())
      return server
    },
    log: async () => (await readFile(logFile, 'utf8')).slice(-8_192),
    close: async () => {
      guard.ref()
      guard.stdin.end()
      await ended
    },
  }
}

/** Its event `exit` may have come before anybody listened. */
export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}
