import {
  context,
  propagation,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from '@opentelemetry/api'
import type { MiddlewareHandler } from 'hono'
import { REVISION, traced } from '../traced.ts'
import type { RestVariables } from './route.ts'

/** What is asked again and again: by whoever watches over this process, and by Envoys of the form REST. */
const UNTRACED = /^\/(livez|readyz|metrics|v3\/discovery:\w+)$/

/** One by one: as an object they would all be read and checked, though most propagators ask for one or two, or none. */
const HEADERS: TextMapGetter<Headers> = {
  get: (headers, name) => headers.get(name) ?? undefined,
  keys: headers => [...headers.keys()],
}

/**
 * A span for each request, named and described by OpenTelemetry's conventions for HTTP servers. It belongs to the trace
 * that its headers name, unless whoever started this process has one open for it.
 */
export function requestTrace(): MiddlewareHandler<{ Variables: RestVariables }> {
  return (c, next) => {
    const { method, path } = c.req
    if (UNTRACED.test(path)) return next()
    const options: SpanOptions = {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': method, 'url.path': path, 'url.scheme': 'http' },
    }
    const active = context.active()
    const isOpen = trace.getSpan(active) !== undefined
    const parent = isOpen ? active : propagation.extract(active, c.req.raw.headers, HEADERS)
    return context.with(parent, () =>
      traced(method, options, async span => {
        await next()
        const route = c.get('route')
        const { status } = c.res
        const written = c.get('written')
        span.setAttribute('http.response.status_code', status)
        if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute('http.route', route)
        if (written !== undefined && 'revision' in written && written.revision !== null)
          span.setAttribute(REVISION, written.revision)
        if (status < 500) return
        span.setAttribute('error.type', c.error?.name ?? String(status))
        if (c.error) span.recordException(c.error)
        span.setStatus({ code: SpanStatusCode.ERROR })
      }),
    )
  }
}
