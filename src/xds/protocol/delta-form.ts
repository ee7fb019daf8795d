import { type DeltaRequest, decodeDeltaRequest } from '../../proto/delta-request.ts'
import { encodeDeltaBody } from '../../proto/delta-response.ts'
import { ttlField } from '../../proto/discovery-resource.ts'
import { encodeResponseHead } from '../../proto/response-head.ts'
import { DeltaStream } from './delta-stream.ts'
import type { EncodeBody, Form } from './form.ts'
import { Heartbeats } from './heartbeats.ts'

/** The incremental form: requests are what changes of the client's wishes, responses what changes of its resources. */
export const deltaForm: Form<DeltaRequest> = {
  name: 'delta',
  decode: decodeDeltaRequest,
  open: options => {
    const { id, names, ttl, now: begun } = options
    const stream = new DeltaStream(options)
    const heartbeats = ttl === undefined ? undefined : new Heartbeats(names, ttl, begun)
    const encode = ttl === undefined ? encodeBody : encodeMortal(ttl)
    const accepted = () => stream.accepted()
    let beats = 0
    return {
      stream,
      onRequest: (request, at) => stream.onRequest(request, at),
      next: (now, { systemVersion: version, bodies }) => {
        const response = stream.next(now)
        if (response !== undefined) {
          const { typeUrl, resources, removed, nonce } = response
          const body = bodies.of({ typeUrl, resources, removed }, encode)
          return { typeUrl, head: encodeResponseHead({ version, nonce }), body }
        }
        const heartbeat = heartbeats?.next(now, accepted)
        if (heartbeat === undefined) return undefined
        beats += 1
        // Nobody waits for its answer.
        return {
          typeUrl: heartbeat.typeUrl,
          head: encodeResponseHead({ version, nonce: `${id}-ttl-${beats}` }),
          body: encodeDeltaBody({ controlPlane: bodies.controlPlane, ...heartbeat, removed: [] }),
        }
      },
      wakeAt: () => earlier(stream.wakeAt(), heartbeats?.wakeAt),
    }
  },
}

const encodeBody: EncodeBody = ({ typeUrl, resources, removed }, controlPlane) =>
  encodeDeltaBody({ controlPlane, typeUrl, removed, resources: resources.map(one => one.encoded) })

/** Each resource with its time to live, in milliseconds. */
function encodeMortal(ttl: number): EncodeBody {
  const life = ttlField(ttl)
  return ({ typeUrl, resources, removed }, controlPlane) => {
    const mortal = resources.map(one => Buffer.concat([one.encoded, life]))
    return encodeDeltaBody({ controlPlane, typeUrl, removed, resources: mortal })
  }
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}
