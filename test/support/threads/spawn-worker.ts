import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import { inject } from 'vitest'

const SRC = fileURLToPath(new URL('../../../src', import.meta.url))

/** Stands in for that of `src/spawn-worker.ts` in tests: starts the thread from its bundle. */
export function spawnWorker(callerUrl: string, path: string, options: WorkerOptions = {}): Worker {
  const file = relative(SRC, fileURLToPath(new URL(`${path}.js`, callerUrl)))
  return new Worker(join(inject('threads'), file), { ...options, execArgv: [] })
}
