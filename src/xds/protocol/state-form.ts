import { decodeStateRequest, type StateRequest } from '../../proto/state-request.ts'
import { encodeStateResponse } from '../../proto/state-response.ts'
import type { NameId } from '../names/name-id.ts'
import type { Form } from './form.ts'
import { StateStream } from './state-stream.ts'

/** State of the world: requests are all that the client wants of a type, responses all that there is of a root type. */
export const stateForm: Form<StateRequest<NameId>> = {
  name: 'sotw',
  decode: decodeStateRequest,
  open: options => {
    const states = new StateStream(options)
    return {
      stream: states.stream,
      onRequest: (request, at) => states.onRequest(request, at),
      wakeAt: () => states.stream.wakeAt(),
      next: (now, { controlPlane }) => {
        const response = states.next(now)
        if (response === undefined) return undefined
        const { typeUrl, versionInfo, resources, nonce } = response
        const encoded = resources.map(one => one.encoded)
        const bytes = encodeStateResponse({ controlPlane, typeUrl, versionInfo, resources: encoded, nonce })
        return { typeUrl, bytes }
      },
    }
  },
}
