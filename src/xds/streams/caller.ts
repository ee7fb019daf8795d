import { type Metadata, status } from '@grpc/grpc-js'
import type { Authenticate } from '../../auth/authenticate.ts'
import type { Principal } from '../../auth/principal.ts'

/** Why a call ends otherwise than well. */
export interface Failure {
  readonly code: status
  readonly details: string
}

/** Who calls, by the headers alone; undefined: nobody who may. */
export function callerOf(
  { metadata }: { readonly metadata: Metadata },
  authenticate: Authenticate,
): Principal | undefined {
  return authenticate(metadata.get('authorization')[0]?.toString())
}

export const UNAUTHENTICATED: Failure = {
  code: status.UNAUTHENTICATED,
  details: 'a valid bearer token is required',
}
