import {
  type Server,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js'
import type { Logger } from 'pino'
import type { Authenticate } from '../../auth/authenticate.ts'
import { mayRead } from '../../auth/principal.ts'
import type { DescribedMethod } from '../../proto/file-descriptors.ts'
import { serviceOf } from '../../proto/file-descriptors.ts'
import { clientStatusService } from '../../proto/service.ts'
import { callerOf, type Failure, UNAUTHENTICATED } from '../streams/caller.ts'
import { clientStatusResponse, streamClientStatus } from './client-status-service.ts'
import type { ClientStatuses } from './client-statuses.ts'
import { addHealth, HEALTH_METHODS } from './health.ts'
import { OpenCalls } from './open-calls.ts'
import { addReflection } from './reflection.ts'

export interface SideServicesOptions {
  readonly authenticate: Authenticate
  /** Whom operators are told of; absent: they cannot ask. */
  readonly clientStatuses?: ClientStatuses
  readonly log: Logger
}

export interface SideServices {
  /** Calls that last. */
  readonly open: OpenCalls
  /** To be called when the server is about to stop: load balancers look for another one. */
  stopServing(): void
}

type Streaming = ServerDuplexStream<Buffer, Buffer>
type Unary = ServerUnaryCall<Buffer, Buffer>

/**
 * What the server offers beside `methods`, for operators and load balancers: client status, reflection, health. Who
 * asks is known before anything is decoded, and must be allowed to read; health is for everybody.
 */
export function addSideServices(
  server: Server,
  methods: readonly DescribedMethod[],
  { authenticate, clientStatuses, log }: SideServicesOptions,
): SideServices {
  const open = new OpenCalls()
  const refusalOf = (call: Streaming | Unary): Failure | undefined => {
    const principal = callerOf(call, authenticate)
    if (principal === undefined) return UNAUTHENTICATED
    return mayRead(principal) ? undefined : FORBIDDEN
  }
  const mayAsk = (call: Streaming) => {
    const refusal = refusalOf(call)
    if (refusal === undefined) open.add(call)
    else call.emit('error', refusal)
    return refusal === undefined
  }
  const onError = (error: unknown) => log.error({ err: error }, 'telling the status of clients failed')
  const described: DescribedMethod[] = [...methods, ...HEALTH_METHODS]
  if (clientStatuses !== undefined) {
    const { stream, fetch } = clientStatusService
    described.push(stream, fetch)
    server.addService(clientStatusService, {
      stream: (call: Streaming) => {
        if (mayAsk(call)) streamClientStatus(call, clientStatuses, onError)
      },
      fetch: (call: Unary, callback: sendUnaryData<Buffer>) => {
        const refusal = refusalOf(call)
        if (refusal !== undefined) return callback(refusal)
        clientStatusResponse(clientStatuses, call.request).then(
          answer => ('code' in answer ? callback(answer) : callback(null, answer)),
          error => {
            onError(error)
            callback({ code: status.INTERNAL, details: 'internal error' })
          },
        )
      },
    })
  }
  addReflection(server, described, mayAsk)
  const stopServing = addHealth(server, [...new Set(described.map(({ path }) => serviceOf(path)))], open)
  return { open, stopServing }
}

const FORBIDDEN: Failure = {
  code: status.PERMISSION_DENIED,
  details: 'this takes a token that may read, not one of a proxy',
}
