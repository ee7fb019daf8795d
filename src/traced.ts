import { type Span, type SpanOptions, SpanStatusCode, trace } from '@opentelemetry/api'

/**
 * Whoever starts this process may have registered OpenTelemetry's SDK (`node --import ./otel.mjs`); else nothing of this
 * does anything.
 */
const tracer = trace.getTracer('vicinity')

/** What spans say of revisions: a write and what it comes to are several traces, on several replicas. */
export const REVISION = 'vicinity.revision'

/** Does it in a span, which ends with it or with the promise that it gives; what goes wrong is recorded. */
export function traced<T>(name: string, options: SpanOptions, act: (span: Span) => T): T {
  return tracer.startActiveSpan(name, options, span => {
    try {
      const result = act(span)
      if (!(result instanceof Promise)) {
        span.end()
        return result
      }
      return result.then(
        value => {
          span.end()
          return value
        },
        error => fail(span, error),
      ) as T
    } catch (error) {
      return fail(span, error)
    }
  })
}

function fail(span: Span, error: unknown): never {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  span.setAttribute('error.type', name)
  span.recordException({ name, message })
  span.setStatus({ code: SpanStatusCode.ERROR, message })
  span.end()
  throw error
}
