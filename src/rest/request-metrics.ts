import type { MiddlewareHandler } from 'hono'
import type { Logger } from 'pino'
import { Histogram, type Registry } from 'prom-client'
import type { Principal } from '../auth/principal.ts'

/** Counts and times every request by its route (never by its path: those have no end), and logs every write. */
export function requestMetrics(
  registry: Registry,
  log: Logger,
): MiddlewareHandler<{ Variables: { principal: Principal; route: string; changesNothing: boolean } }> {
  const duration = new Histogram({
    name: 'vicinity_http_request_duration_seconds',
    help: 'Time from the head of a request to the head of its response',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10, 60],
    registers: [registry],
  })
  return async (c, next) => {
    const start = performance.now()
    await next()
    const milliseconds = performance.now() - start
    const { method, path } = c.req
    const { status } = c.res
    const labels = { method: METHODS.has(method) ? method : 'other', route: c.get('route') ?? 'none', status }
    duration.observe(labels, milliseconds / 1000)
    if (READS.has(method) || c.get('changesNothing')) return
    log.info({ method, path, status, ms: Math.round(milliseconds), by: c.get('principal')?.name }, 'write')
  }
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])
const METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'])
