import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import { builtFile } from './built-file.ts'

const SRC = fileURLToPath(new URL('../../../src', import.meta.url))

/** Stands in for that of `src/spawn-worker.ts` in tests: starts what was built of the worker. */
export function spawnWorker(callerUrl: string, path: string, options: WorkerOptions = {}): Worker {
  const name = relative(SRC, fileURLToPath(new URL(path, callerUrl)))
  return new Worker(builtFile(name), { ...options, execArgv: [] })
}
