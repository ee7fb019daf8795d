import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from './database.ts'
import type { Reply, Request, WorkerInput } from './messages.ts'
import { operations } from './operations.ts'
import { ownFile } from './ownership.ts'
import { unavailable } from './unavailable.ts'

/** The thread that owns the file: it answers requests one after the other, in the order in which they came. */
function serve(port: MessagePort, input: WorkerInput): void {
  const letGo = ownFile(input.path)
  const db = openDatabase(input.path, { mustExist: input.mustExist })
  const acts = operations(db)
  port.on('message', (request: Request) => {
    if (request.operation === 'close') {
      db.close()
      letGo()
      port.close()
      return
    }
    try {
      const act = acts[request.operation] as (...args: unknown[]) => unknown
      const value = act(...request.args)
      port.postMessage({ id: request.id, value, head: acts.head() } satisfies Reply)
    } catch (error) {
      port.postMessage({ id: request.id, ...failure(error) } satisfies Reply)
    }
  })
  port.postMessage({ id: 0, value: null, head: acts.head() } satisfies Reply)
}

function failure(error: unknown) {
  const known = unavailable(error)
  if (known !== undefined) return { unavailable: known }
  const { message, stack } = error as Error
  // SQLite's errors are none for the structured clone: they would arrive without their message.
  return { error: Object.assign(new Error(message), { stack }) }
}

const port = parentPort as MessagePort
try {
  serve(port, workerData as WorkerInput)
} catch (error) {
  port.postMessage({ id: 0, ...failure(error) } satisfies Reply)
  port.close()
}
