import { createHash, timingSafeEqual } from 'node:crypto'
import { ANONYMOUS, type Principal } from './principal.ts'

/**
 * Tells who stands behind an `Authorization` header (HTTP) or `authorization` metadata (gRPC), or undefined when
 * nobody we know does. Both planes use the same function, before they decode anything else.
 */
export type Authenticate = (authorization: string | undefined) => Principal | undefined

/** RFC 6750, section 2.1: the scheme is case-insensitive, the token is b64token. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i

const ADMIN: Principal = { name: 'admin', scopes: ['admin'] }

/** Without an admin token everybody is `anonymous` and may do everything: config allows that on loopback only. */
export function authenticator(adminToken: string | undefined): Authenticate {
  if (adminToken === undefined) return () => ANONYMOUS
  const expected = sha256(adminToken)
  return authorization => {
    const token = BEARER.exec(authorization ?? '')?.[1]
    // Digests have equal lengths, so the comparison tells nothing of the token's length either.
    return token !== undefined && timingSafeEqual(sha256(token), expected) ? ADMIN : undefined
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
