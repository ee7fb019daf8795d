import { encodeResponseHead } from '../../proto/response-head.ts'
import { decodeStateRequest, type StateRequest } from '../../proto/state-request.ts'
import { encodeStateBody } from '../../proto/state-response.ts'
import type { NameId } from '../names/name-id.ts'
import type { EncodeBody, Form } from './form.ts'
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
      next: (now, { bodies }) => {
        const response = states.next(now)
        if (response === undefined) return undefined
        const { typeUrl, versionInfo: version, resources, nonce } = response
        const body = bodies.of({ typeUrl, resources, removed: [] }, encodeBody)
        return { typeUrl, head: encodeResponseHead({ version, nonce }), body }
      },
    }
  },
}

const encodeBody: EncodeBody = ({ typeUrl, resources }, controlPlane) =>
  encodeStateBody({ controlPlane, typeUrl, resources: resources.map(one => one.encoded) })
