import { status } from '@grpc/grpc-js'
import type { Principal } from '../../auth/principal.ts'
import type { DiscoveryNode } from '../../proto/discovery-node.ts'
import type { DiscoveryRequest } from '../../proto/discovery-request.ts'
import { type ClientNode, clientNode, nodeProblem } from '../tables/audience.ts'

/** One message of a stream, as authorization sees it. */
interface StreamMessage {
  readonly node: ClientNode
  /** Absent of load reports. */
  readonly request?: DiscoveryRequest
}

/** Judges every message of every form; returns why it is refused. */
export type Authorize = (principal: Principal, message: StreamMessage) => string | undefined

interface Arrival {
  readonly principal: Principal
  /** Who the stream is of; undefined before its first message. */
  readonly known: ClientNode | undefined
  /** What this message says of that. */
  readonly said: DiscoveryNode | undefined
  /** Absent of load reports. */
  readonly request?: DiscoveryRequest
}

/** Whose message it is, or with what the stream ends. */
type Admission =
  | { readonly ok: true; readonly node: ClientNode }
  | { readonly ok: false; readonly code: status; readonly details: string }

/** What every message of a stream passes before anything is done for it. */
export function admit({ principal, known, said, request }: Arrival, authorize: Authorize): Admission {
  const node = known ?? (said && clientNode(said))
  // xDS protocol: only the first request of a stream is guaranteed to carry the node identifier.
  if (!node) return malformed('the first message of a stream must have a node')
  const problem = said && nodeProblem(said)
  if (problem !== undefined) return malformed(problem)
  const refusal = authorize(principal, { node, ...(request && { request }) })
  return refusal === undefined
    ? { ok: true, node }
    : { ok: false, code: status.PERMISSION_DENIED, details: refusal }
}

function malformed(details: string): Admission {
  return { ok: false, code: status.INVALID_ARGUMENT, details }
}
