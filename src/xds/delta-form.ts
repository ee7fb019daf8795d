import { type DeltaRequest, decodeDeltaRequest } from '../proto/delta-request.ts'
import { encodeDeltaResponse } from '../proto/delta-response.ts'
import { DeltaStream } from './delta-stream.ts'
import type { Form } from './form.ts'

/** The incremental form: requests are what changes of the client's wishes, responses what changes of its resources. */
export const deltaForm: Form<DeltaRequest> = {
  name: 'delta',
  decode: decodeDeltaRequest,
  open: options => {
    const stream = new DeltaStream(options)
    return {
      stream,
      onRequest: (request, at) => stream.onRequest(request, at),
      next: (now, signature) => {
        const response = stream.next(now)
        if (response === undefined) return undefined
        const { typeUrl, resources, removed, nonce } = response
        const encoded = resources.map(one => one.encoded)
        return {
          typeUrl,
          bytes: encodeDeltaResponse({ ...signature, typeUrl, resources: encoded, removed, nonce }),
        }
      },
    }
  },
}
