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
    messageField(
      FIELD.routes,
      routes.map(route => encode(ROUTE, route)),
    ),
  ])
  const whole = { ...head, routes, retryPolicy }
  expect(decode(HOST, bytes)).toEqual(decode(HOST, encode(HOST, whole)))
})

test('fields in the order of their numbers are byte for byte what the encoder makes', () => {
  const routes = [{ name: 'a' }, { name: '' }]
  const field = messageField(
    FIELD.routes,
    routes.map(route => encode(ROUTE, route)),
  )
  const head = encode(HOST, { name: 'host' })
  expect(Buffer.concat([head, field])).toEqual(encode(HOST, { name: 'host', routes }))
})

test('a field without elements is no bytes', () => {
  expect(messageField(FIELD.routes, [])).toHaveLength(0)
})
