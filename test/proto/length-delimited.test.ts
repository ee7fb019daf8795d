import { expect, test } from 'vitest'
import { messageField } from '../../src/proto/length-delimited.ts'
import { decode, encode } from '../../src/proto/message.ts'

const HOST = 'envoy.config.route.v3.VirtualHost'
const ROUTE = 'envoy.config.route.v3.Route'
const RETRY = 'envoy.config.route.v3.RetryPolicy'
const FIELD = { routes: 3, retryPolicy: 16 }

test('a message put together of encoded fields reads as the whole message', () => {
  const head = { name: 'a.example', domains: ['a.example'] }
  const routes = ['a', 'b'.repeat(200), 'c'.repeat(20_000)].map(name => ({ name, match: { prefix: '/' } }))
  const retryPolicy = { retryOn: 'reset', numRetries: 2 }
  const bytes = Buffer.concat([
    encode(HOST, head),
    messageField(FIELD.retryPolicy, [encode(RETRY, retryPolicy)]),
    ...routes.map(route => messageField(FIELD.routes, [encode(ROUTE, route)])),
  ])
  expect(decode(HOST, bytes)).toEqual(decode(HOST, encode(HOST, { ...head, routes, retryPolicy })))
})

test('fields in the order of their numbers are byte for byte what the encoder makes, the empty one included', () => {
  const routes = [{ name: 'a' }, {}]
  const fields = routes.map(route => messageField(FIELD.routes, [encode(ROUTE, route)]))
  const head = encode(HOST, { name: 'host' })
  expect(Buffer.concat([head, ...fields])).toEqual(encode(HOST, { name: 'host', routes }))
})

test('a message in pieces is the message of all of them', () => {
  const pieces = [encode(ROUTE, { name: 'a' }), encode(ROUTE, { match: { prefix: '/' } })]
  expect(decode(HOST, messageField(FIELD.routes, pieces))).toEqual({
    routes: [{ name: 'a', match: { prefix: '/' } }],
  })
})

test('a message may be of more pieces than a function may have arguments', () => {
  const route = messageField(FIELD.routes, [encode(ROUTE, { name: 'a' })])
  const bytes = messageField(1, new Array<Uint8Array>(200_000).fill(route))
  expect(bytes.length).toBe(200_000 * route.length + 4)
})
