import type { MiddlewareHandler } from 'hono'
import type { Authenticate } from '../auth/authenticate.ts'
import { problem } from './problem.ts'
import type { RestVariables, Route } from './route.ts'

/**
 * Asks for a token on every path but the open ones, those included that do not exist: whoever is nobody learns
 * nothing of what there is.
 */
export function authentication(
  authenticate: Authenticate,
  routes: readonly Route[],
): MiddlewareHandler<{ Variables: RestVariables }> {
  const open = new Set(routes.filter(route => route.open).map(route => route.path))
  return async (c, next) => {
    const authorization = c.req.header('authorization')
    const principal = authenticate(authorization)
    if (principal) c.set('principal', principal)
    else if (!open.has(c.req.path)) return unauthorized(authorization !== undefined)
    return next()
  }
}

/** RFC 6750, section 3: no error code where no token was sent. */
function unauthorized(sent: boolean): Response {
  const challenge = sent ? 'Bearer realm="vicinity", error="invalid_token"' : 'Bearer realm="vicinity"'
  const detail = sent ? 'this token is not known' : 'a token is needed: Authorization: Bearer TOKEN'
  return problem(401, detail, [], { 'WWW-Authenticate': challenge })
}
