import { Hono } from 'hono'
import { requestId } from 'hono/request-id'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Authenticate } from '../auth/authenticate.ts'
import { FailureLog } from '../failure-log.ts'
import type { Collaborators } from '../operations/collaborators.ts'
import { StoreUnavailable } from '../store/store.ts'
import { allRoutes } from './all-routes.ts'
import { allowedMethods } from './allowed-methods.ts'
import { authentication } from './authentication.ts'
import { refuseForeignPages } from './foreign-pages.ts'
import { measuredIntake } from './measured-intake.ts'
import { measuredStore } from './measured-store.ts'
import { problem } from './problem.ts'
import { requestMetrics } from './request-metrics.ts'
import { requestTrace } from './request-trace.ts'
import type { Discovery } from './resources/discovery.ts'
import type { RestContext, RestVariables } from './route.ts'
import { writeLog } from './write-log.ts'

export interface RestOptions {
  readonly authenticate: Authenticate
  /** Where `/metrics` reads; the REST API adds its own. */
  readonly registry: Registry
  readonly log: Logger
  /** What Envoys are served that ask by REST. */
  readonly discovery: Discovery
  /** False while this replica stops: `/readyz` says so. */
  readonly ready: () => boolean
}

export type RestApp = Hono<{ Variables: RestVariables }>

/** The whole REST API as a function from request to response; `serveRest` puts it behind a port. */
export function createRestApp(collaborators: Collaborators, options: RestOptions): RestApp {
  const { authenticate, registry, log, discovery, ready } = options
  const store = measuredStore(collaborators.store, registry)
  const intake = measuredIntake(collaborators.intake, registry)
  const routes = allRoutes({ ...collaborators, store, intake }, { registry, discovery, ready })
  const app: RestApp = new Hono()
  app.use(requestId())
  app.use(async (c, next) => {
    await next()
    // The middleware's own way is lost where a handler makes a whole response.
    c.res.headers.set('X-Request-Id', c.get('requestId'))
  })
  app.use(requestTrace())
  app.use(requestMetrics(registry))
  app.use(writeLog(registry, log))
  if (authenticate(undefined) !== undefined) app.use(refuseForeignPages)
  app.use(authentication(authenticate, routes))
  for (const route of routes) app.on(route.method, routingPath(route.path), route.answer)
  for (const { path, methods } of allowedMethods(routes)) {
    app.all(routingPath(path), c => methodNotAllowed(c, methods))
  }
  app.notFound(() => problem(404, 'there is no such path; /openapi.json lists them all'))
  const unavailable = new FailureLog(log, 'the database cannot answer')
  app.onError((error, c) => errorProblem(error, c, log, unavailable))
  return app
}

/** Hono's form of a path: `{source}` is `:source`. */
function routingPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

/** OPTIONS is answered for every path that there is; no other origin is ever allowed. */
function methodNotAllowed(c: RestContext, methods: readonly string[]): Response {
  const headers = { Allow: methods.join(', ') }
  if (c.req.method === 'OPTIONS') return new Response(null, { status: 204, headers })
  return problem(405, `${c.req.method} is not possible here: ${headers.Allow} are`, [], headers)
}

/** Seconds after which a client may try again while the database is away. */
const RETRY_AFTER = '2'

function errorProblem(error: Error, c: RestContext, log: Logger, unavailable: FailureLog): Response {
  if (error instanceof StoreUnavailable) {
    unavailable.warn({ err: error, method: c.req.method, path: c.req.path })
    // Whether a commit was done whose answer got lost cannot be known; to ask for the same again does no harm.
    // A full disk is 503 too: what gets 507 must not be repeated but by a user (RFC 4918, 11.5), and syncers should.
    const detail = error.isFull
      ? 'the disk of the database is full; what was answered is safe, and nothing more is taken until there is room'
      : 'the database cannot answer now; ask again'
    return problem(503, detail, [], { 'Retry-After': RETRY_AFTER })
  }
  const { method, path } = c.req
  log.error({ err: error, request: c.get('requestId'), method, path }, 'request failed')
  return problem(500, 'something went wrong here; the log says what')
}
