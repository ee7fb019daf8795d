import { fileURLToPath } from 'node:url'
import { startProcess } from './running-process.ts'

const PROGRAM = fileURLToPath(new URL('./backend-process.ts', import.meta.url))

export interface Backend {
  readonly pod: string
  readonly port: number
  /** SIGSTOP: connections stay and are made, nothing answers, until it is ended. */
  hang(): void
  /** SIGKILL: connections break, new ones are refused. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** Starts an echo server in a process of its own and resolves when it listens. */
export async function startBackend(pod: string, port = 0): Promise<Backend> {
  const child = startProcess(pod, process.execPath, ['--import', 'tsx', PROGRAM, pod, String(port)])
  const listening = await child.waitForLine(line => (JSON.parse(line) as { port?: number }).port)
  let hangs = false
  return {
    pod,
    port: listening,
    hang: () => {
      hangs = process.kill(child.pid, 'SIGSTOP')
    },
    kill: child.kill,
    // A process that hangs takes no notice of a polite signal.
    stop: () => (hangs ? child.kill() : child.stop()),
  }
}
