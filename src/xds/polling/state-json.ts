import { anyOf } from '../../proto/discovery-resource.ts'
import { decode } from '../../proto/message.ts'
import type { Resource } from '../../translate/resource.ts'

/** What a client is answered: all that it asked for. */
export interface State {
  readonly version: string
  readonly resources: readonly Resource[]
}

/** A `DiscoveryResponse` as JSON text, a piece for each resource. A nonce is for streams alone (discovery.proto). */
export function* stateJson(typeUrl: string, state: State, replica: string): Iterable<string> {
  const head = { versionInfo: state.version, typeUrl, controlPlane: { identifier: replica } }
  yield `${JSON.stringify(head).slice(0, -1)},"resources":[`
  let separator = ''
  for (const { encoded } of state.resources) {
    yield separator + JSON.stringify(decode('google.protobuf.Any', anyOf(encoded)))
    separator = ','
  }
  yield ']}'
}
