import { Worker, type WorkerOptions } from 'node:worker_threads'
import { keepNewSpace } from './new-space.ts'

/**
 * Starts the worker in a file beside the caller: `spawnWorker(import.meta.url, './worker')` runs `worker.js` when
 * the caller was built, and `worker.ts` under tsx or vitest.
 */
export function spawnWorker(callerUrl: string, path: string, options: WorkerOptions = {}): Worker {
  const worker = startWorker(callerUrl, path, options)
  worker.once('online', keepNewSpace)
  return worker
}

function startWorker(callerUrl: string, path: string, options: WorkerOptions): Worker {
  if (!callerUrl.endsWith('.ts')) return new Worker(new URL(`${path}.js`, callerUrl), options)
  const source = new URL(`${path}.ts`, callerUrl).href
  return new Worker(new URL('./typescript-worker.mjs', import.meta.url), {
    ...options,
    argv: [source],
    execArgv: [],
  })
}
