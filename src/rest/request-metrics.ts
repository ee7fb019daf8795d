import type { MiddlewareHandler } from 'hono'
import { Histogram, type Registry } from 'prom-client'
import type { RestVariables } from './route.ts'

/** Counts and times every request by its route (never by its path: those have no end). */
export function requestMetrics(registry: Registry): MiddlewareHandler<{ Variables: RestVariables }> {
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
    const { method } = c.req
    const { status } = c.res
    const labels = { method: METHODS.has(method) ? method : 'other', route: c.get('route') ?? 'none', status }
    duration.observe(labels, milliseconds / 1000)
  }
}

const METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'])
