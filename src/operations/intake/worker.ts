import { parentPort } from 'node:worker_threads'
import { prepareBody } from './prepare-body.ts'
import type { PrepareRequest } from './prepared.ts'

/** The thread behind `IntakeQueue`: a request in, `Parsed<Prepared>` out, large buffers handed over both ways. */
if (parentPort === null) throw new Error('the intake worker must be started as a worker thread')
const port = parentPort

port.on('message', (request: PrepareRequest) => {
  const prepared = prepareBody(request)
  port.postMessage(prepared, buffersOf(prepared))
})

function buffersOf(prepared: ReturnType<typeof prepareBody>): ArrayBuffer[] {
  if (!prepared.ok) return []
  return prepared.value.parts.map(({ entries }) => entries.buffer)
}
