import { context, propagation, trace } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { traced } from '../../src/traced.ts'
import { openTestbed } from '../rest/rest-testbed.ts'
import { type ObservedReplica, observeReplica } from './observed-replica.ts'

/** W3C's example of a `traceparent`. */
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = '00f067aa0ba902b7'
const traceparent = `00-${TRACE}-${CALLER}-01`

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
let replica: ObservedReplica
beforeAll(async () => {
  // As `node --import ./otel.mjs` does.
  provider.register()
  replica = await observeReplica()
  await replica.push(1)
  await replica.proxy('a1', 'zone-a')
})
beforeEach(() => exporter.reset())
afterAll(async () => {
  await replica.close()
  for (const api of [trace, context, propagation]) api.disable()
  await provider.shutdown()
})

const named = (name: string) => exporter.getFinishedSpans().filter(span => span.name === name)

/** The only span of this name, when there is one. */
async function span(name: string): Promise<ReadableSpan> {
  await vi.waitFor(() => expect(named(name)).toHaveLength(1))
  return named(name)[0] as ReadableSpan
}

const said = (span: ReadableSpan) => ({
  attributes: span.attributes,
  kind: span.kind,
  trace: span.spanContext().traceId,
  parent: span.parentSpanContext?.spanId,
})

test('a write is a span of the trace that its headers name, with what it took beneath it', async () => {
  await replica.push(2, { traceparent })
  const request = await span('PUT /v1/sources/{source}/snapshot')
  expect(said(request)).toEqual({
    kind: 1,
    trace: TRACE,
    parent: CALLER,
    attributes: {
      'http.request.method': 'PUT',
      'url.path': '/v1/sources/east/snapshot',
      'url.scheme': 'http',
      'http.route': '/v1/sources/{source}/snapshot',
      'http.response.status_code': 200,
      'vicinity.revision': 2,
    },
  })
  const beneath = { trace: TRACE, parent: request.spanContext().spanId }
  expect(said(await span('parse'))).toMatchObject({ ...beneath, attributes: { 'vicinity.kind': 'snapshot' } })
  expect(said(await span('write'))).toMatchObject({
    ...beneath,
    kind: 2,
    attributes: { 'db.system.name': 'sqlite', 'db.operation.name': 'write', 'vicinity.revision': 2 },
  })
  expect(said(await span('converge'))).toMatchObject({
    ...beneath,
    attributes: { 'vicinity.revision': 2, 'vicinity.proxies': 1, 'vicinity.acked': 1, 'vicinity.pending': 0 },
  })
})

test('what comes of a revision is a trace that has its number, phase by phase', async () => {
  await replica.push(3, { traceparent })
  const publish = await span('publish')
  expect(publish.attributes).toEqual({ 'vicinity.revision': 3 })
  expect(publish.spanContext().traceId).not.toBe(TRACE)
  for (const phase of ['read', 'world', 'tables', 'fan-out'])
    expect(said(await span(phase)).parent, phase).toBe(publish.spanContext().spanId)
})

test('those that watch over this process leave no trace', async () => {
  await replica.metrics()
  await replica.api.get('/v1/sources')
  await span('GET /v1/sources')
  expect(exporter.getFinishedSpans().filter(({ kind }) => kind === 1)).toHaveLength(1)
})

test('a request of a server that traces its requests already has a span beneath that one', async () => {
  const { call } = await openTestbed()
  const outer = trace.getTracer('test').startSpan('outer')
  const ask = () => call('GET', '/v1/revisions', undefined, { traceparent })
  expect((await context.with(trace.setSpan(context.active(), outer), ask)).status).toBe(200)
  expect(said(await span('GET /v1/revisions')).parent).toBe(outer.spanContext().spanId)
})

test('a request that fails says so, and why', async () => {
  const testbed = await openTestbed()
  await testbed.store.close()
  expect((await testbed.call('GET', '/v1/sources')).status).toBe(503)
  const failed = { code: 2 }
  const { attributes, status, events } = await span('GET /v1/sources')
  expect({ attributes, status }).toMatchObject({
    attributes: { 'http.response.status_code': 503, 'error.type': 'StoreUnavailable' },
    status: failed,
  })
  expect(events.map(one => one.name)).toEqual(['exception'])
  expect((await span('sources')).status).toMatchObject(failed)
  const { status: refused } = await testbed.call('GET', '/v1/revisions?limit=none')
  expect(refused).toBe(400)
  // OpenTelemetry's conventions: that a client is wrong is no error of the server.
  expect((await span('GET /v1/revisions')).status).toEqual({ code: 0 })
})

test('what goes wrong is recorded where it does, and passed on', async () => {
  const broken = new TypeError('it broke')
  const fail = () => {
    throw broken
  }
  expect(() => traced('at once', {}, fail)).toThrow(broken)
  await expect(traced('later', {}, async () => fail())).rejects.toBe(broken)
  for (const name of ['at once', 'later']) {
    const { attributes, events, status, ended } = await span(name)
    expect({ attributes, status, ended }).toEqual({
      attributes: { 'error.type': 'TypeError' },
      status: { code: 2, message: 'it broke' },
      ended: true,
    })
    expect(events[0]?.attributes).toMatchObject({ 'exception.message': 'it broke' })
  }
})
