import { isIP } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import { isLoopback } from '../address.ts'
import { problem } from './problem.ts'

/**
 * An API that asks for no token is open to this machine, and so to every web page that its browser shows: a form may
 * post to 127.0.0.1, and a name may be made to resolve there (DNS rebinding). A browser tells which page asks
 * (`Origin`), and by which name it reached us (`Host`).
 */
export const refuseForeignPages: MiddlewareHandler = async (c, next) => {
  const origin = c.req.header('origin')
  // A page that hides where it comes from says `null`.
  const foreignPage = origin !== undefined && !isLoopback(hostname(origin))
  if (!foreignPage && !canBeRebound(c.req.header('host') ?? '')) return next()
  return problem(403, 'without a token this API serves programs of this machine only, no web pages')
}

/** Neither an address nor a name without a dot can be bought by a stranger and pointed at this machine. */
function canBeRebound(host: string): boolean {
  const name = hostname(`http://${host}`)
  return name.includes('.') && isIP(name) === 0
}

function hostname(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : ''
}
