import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const GUARD = fileURLToPath(new URL('./guard.sh', import.meta.url))

/** A temporary folder that a server runs in. Both end with this process, also when it is killed. */
export interface GuardedFolder {
  readonly path: string
  /** Names the process that is to end with this one; undefined when it has ended. */
  guard(pid: number | undefined): void
  /** Ends that process at once, and removes the folder. */
  close(): Promise<void>
}

export async function openGuardedFolder(prefix: string): Promise<GuardedFolder> {
  const path = await mkdtemp(join(tmpdir(), prefix))
  const child = spawn('sh', [GUARD, path], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  const ended = once(child, 'exit')
  // Who forgets to close it must not wait for it: the guard sees to that.
  child.unref()
  ;(child.stdin as unknown as Socket).unref()
  return {
    path,
    guard: pid => void child.stdin.write(`${pid ?? ''}\n`),
    close: async () => {
      child.ref()
      child.stdin.end()
      await ended
    },
  }
}
