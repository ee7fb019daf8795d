import { type DeltaRequest, decodeDeltaRequest } from '../../proto/delta-request.ts'
import { encodeDeltaResponse } from '../../proto/delta-response.ts'
import { ttlField } from '../../proto/discovery-resource.ts'
import { DeltaStream } from './delta-stream.ts'
import type { Form } from './form.ts'
import { Heartbeats } from './heartbeats.ts'

/** The incremental form: requests are what changes of the client's wishes, responses what changes of its resources. */
export const deltaForm: Form<DeltaRequest> = {
  name: 'delta',
  decode: decodeDeltaRequest,
  open: options => {
    const { id, names, ttl, now: begun } = options
    const stream = new DeltaStream(options)
    const heartbeats = ttl === undefined ? undefined : new Heartbeats(names, ttl, begun)
    const life = ttl === undefined ? undefined : ttlField(ttl)
    const accepted = () => stream.accepted()
    let beats = 0
    return {
      stream,
      onRequest: (request, at) => stream.onRequest(request, at),
      next: (now, signature) => {
        const response = stream.next(now)
        if (response !== undefined) {
          const { typeUrl, resources, removed, nonce } = response
          const encoded = resources.map(one => (life ? Buffer.concat([one.encoded, life]) : one.encoded))
          const message = { ...signature, typeUrl, resources: encoded, removed, nonce }
          return { typeUrl, bytes: encodeDeltaResponse(message) }
        }
        const heartbeat = heartbeats?.next(now, accepted)
        if (heartbeat === undefined) return undefined
        beats += 1
        // Nobody waits for its answer.
        const message = { ...signature, ...heartbeat, removed: [], nonce: `${id}-ttl-${beats}` }
        return { typeUrl: heartbeat.typeUrl, bytes: encodeDeltaResponse(message) }
      },
      wakeAt: () => earlier(stream.wakeAt(), heartbeats?.wakeAt),
    }
  },
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}
