import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Closing } from '../../demo/closing.ts'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { backend, gateway, route, service, topology } from '../support/documents.ts'
import { type GrpcBackend, GrpcCaller, startGrpcBackend } from '../support/grpc-backend.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

describe('a GRPCRoute through a real Envoy', () => {
  const closing = new Closing()
  let bed: Testbed
  let address: string
  let blue: GrpcBackend
  let green: GrpcBackend
  let caller: GrpcCaller

  beforeAll(async () => {
    bed = await openTestbed()
    closing.addWay(() => bed.close())
    const port = await freePort()
    address = `127.0.0.1:${port}`
    blue = await startGrpcBackend('blue')
    green = await startGrpcBackend('green')
    for (const one of [blue, green]) closing.addWay(async () => one.close())
    const ports = [{ port: 3000, appProtocol: 'kubernetes.io/h2c' }]
    const web = await bed.echo('web')
    await bed.push(
      'topology',
      topology(
        service('blue', [{ port: blue.port }], { ports }),
        service('green', [{ port: green.port }], { ports }),
        service('web', [{ port: web.port }]),
      ),
    )
    await bed.push('routes', { gateways: [gateway('edge', port)] })
    await bed.envoy({})
    caller = new GrpcCaller(address)
    closing.addWay(async () => caller.close())
  }, SETUP_TIMEOUT)
  afterAll(() => closing.close())

  const calls = (name: string, rules: readonly object[], settings: object = {}) => ({
    ...route(name, rules, settings),
    kind: 'GRPCRoute',
  })
  const push = async (...routes: object[]) => {
    await bed.push('routes', { routes }, 'routes-under-test')
    for (const one of [blue, green]) one.forget()
  }
  const rule = (match: object, name = 'blue') => ({ matches: [match], backendRefs: [backend(name)] })
  /** The backend that answered, else the gRPC status. */
  const who = async (path: string, headers: Record<string, string> = {}) => {
    const { from, code } = await caller.call(path, headers)
    return from ?? code
  }
  const whoAll = (paths: readonly string[]) => Promise.all(paths.map(path => who(path)))
  const NONE = status.UNIMPLEMENTED

  test('without matches it takes every gRPC request, and no other', async () => {
    await push(calls('all', [{ backendRefs: [backend('blue')] }]))
    expect(await whoAll(['/demo.Echo/Say', '/demo.Other/Tell'])).toEqual(['blue', 'blue'])
    expect((await request(address, { method: 'POST', path: '/demo.Echo/Say' })).status).toBe(404)
  })

  test.each([
    ['service and method', { service: 'demo.Echo', method: 'Say' }, ['blue', NONE, NONE, NONE]],
    ['service', { service: 'demo.Echo' }, ['blue', 'blue', NONE, NONE]],
    ['method', { method: 'Say' }, ['blue', NONE, 'blue', 'blue']],
    [
      'expressions of both',
      { type: 'RegularExpression', service: 'demo\\.(Echo|Other)', method: 'S.*' },
      ['blue', NONE, NONE, 'blue'],
    ],
    [
      'an expression of the service',
      { type: 'RegularExpression', service: 'demo\\.Echo.*' },
      ['blue', 'blue', 'blue', NONE],
    ],
    [
      'an expression of the method',
      { type: 'RegularExpression', method: 'T[a-z]+|x' },
      [NONE, 'blue', NONE, NONE],
    ],
  ])('a match of %s takes these calls alone', async (_, method, expected) => {
    await push(calls('method', [rule({ method })]))
    const paths = ['/demo.Echo/Say', '/demo.Echo/Tell', '/demo.EchoMore/Say', '/demo.Other/Say']
    expect(await whoAll(paths)).toEqual(expected)
  })

  test('names of services and methods match by case', async () => {
    await push(calls('case', [rule({ method: { service: 'demo.Echo', method: 'Say' } })]))
    expect(await whoAll(['/demo.echo/Say', '/demo.Echo/say'])).toEqual([NONE, NONE])
  })

  test('headers of a call match by value or expression, all of them, whatever their case', async () => {
    const headers = [
      { name: 'X-Team', value: 'green' },
      { name: 'x-build', type: 'RegularExpression', value: '[0-9]+' },
    ]
    await push(calls('headers', [rule({ headers })]))
    expect(await who('/demo.Echo/Say', { 'x-team': 'green', 'x-build': '17' })).toBe('blue')
    expect(await who('/demo.Echo/Say', { 'x-team': 'green', 'x-build': '17a' })).toBe(NONE)
    expect(await who('/demo.Echo/Say', { 'x-team': 'green' })).toBe(NONE)
  })

  test('precedence of calls: longest service, longest method, most headers, first rule', async () => {
    const method = (service?: string, name?: string) => ({
      method: { ...(service && { service }), ...(name && { method: name }) },
    })
    const header = (name: string) => ({ name, value: '1' })
    await push(
      calls('calls', [
        rule({}, 'green'),
        rule(method(undefined, 'Say')),
        rule(method('demo.EchoMore'), 'green'),
        rule(method('demo.EchoMore', 'Tell')),
        rule({ ...method('demo.Echo'), headers: [header('a')] }, 'green'),
        rule({ ...method('demo.Echo'), headers: [header('a'), header('b')] }),
        rule({ ...method('demo.Echo'), headers: [header('b')] }),
      ]),
    )
    expect(await whoAll(['/demo.Other/Tell', '/demo.Other/Say'])).toEqual(['green', 'blue'])
    expect(await whoAll(['/demo.EchoMore/Say', '/demo.EchoMore/Tell'])).toEqual(['green', 'blue'])
    expect(await who('/demo.Echo/Tell', { a: '1' })).toBe('green')
    expect(await who('/demo.Echo/Tell', { a: '1', b: '1' })).toBe('blue')
  })

  test('of equal matches of calls the route created first wins', async () => {
    const older = calls('z-older', [{ backendRefs: [backend('blue')] }])
    await push(older)
    await push(older, calls('a-younger', [{ backendRefs: [backend('green')] }]))
    expect(await who('/demo.Echo/Say')).toBe('blue')
  })

  test('it shares a hostname with an HTTPRoute, which takes what is no call', async () => {
    await push(
      route('web', [{ backendRefs: [backend('web')] }]),
      calls('calls', [rule({ method: { service: 'demo.Echo' } })]),
    )
    expect(await who('/demo.Echo/Say')).toBe('blue')
    expect((await request(address, { path: '/demo.Echo/Say' })).text).toContain('"pod": "web"')
  })

  test('hostnames are those of the authority', async () => {
    await push(calls('host', [{ backendRefs: [backend('blue')] }], { hostnames: ['*.example.com'] }))
    const inner = new GrpcCaller(address, 'a.example.com:8080')
    expect((await inner.call('/demo.Echo/Say')).from).toBe('blue')
    inner.close()
    expect(await who('/demo.Echo/Say')).toBe(NONE)
  })

  const modifier = (name: string) => ({
    set: [{ name, value: 'set' }],
    add: [{ name: 'x-add', value: 'more' }],
    remove: ['x-remove'],
  })
  const requestHeaders = { type: 'RequestHeaderModifier', requestHeaderModifier: modifier('x-set') }
  const responseHeaders = { type: 'ResponseHeaderModifier', responseHeaderModifier: modifier('x-backend') }

  describe.each(['rule', 'backendRef'] as const)('filters of a %s', level => {
    const withFilters = (filters: readonly object[]) =>
      level === 'rule'
        ? { filters, backendRefs: [backend('blue')] }
        : { backendRefs: [{ ...backend('blue'), filters }] }

    test('header modifiers change the metadata that the backend gets, and that the client gets', async () => {
      await push(calls('modify', [withFilters([requestHeaders, responseHeaders])]))
      const sent = { 'x-set': 'old', 'x-add': 'some', 'x-remove': 'secret' }
      const { metadata } = await caller.call('/demo.Echo/Say', sent)
      expect(metadata).toMatchObject({ 'x-backend': 'set', 'x-add': 'more' })
      expect(metadata).not.toHaveProperty('x-remove')
      expect(blue.received[0]?.metadata).toMatchObject({ 'x-set': 'set', 'x-add': 'some, more' })
      expect(blue.received[0]?.metadata).not.toHaveProperty('x-remove')
    })

    const mirror = (part: object = {}) => ({
      type: 'RequestMirror',
      requestMirror: { backendRef: backend('green'), ...part },
    })

    test('a mirror gets a copy of each call, and the client nothing of its answers', async () => {
      await push(calls('mirror', [withFilters([mirror()])]))
      expect(await who('/demo.Echo/Say')).toBe('blue')
      await waitUntil('the copy to come', () => green.received.length === 1)
      expect(green.received[0]?.path).toBe('/demo.Echo/Say')
    })

    test.each([
      ['percent', { percent: 25 }],
      ['fraction', { fraction: { numerator: 1, denominator: 4 } }],
    ])('a mirror gets copies of the part of the calls that its %s says', async (_, part) => {
      await push(calls('mirror', [withFilters([mirror(part)])]))
      await Promise.all(Array.from({ length: 400 }, () => who('/demo.Echo/Say')))
      // Five standard deviations (8.7) on either side.
      expect(Math.abs(green.received.length - 100)).toBeLessThan(44)
    })
  })

  test('filters of a backendRef are for the calls of that backend alone', async () => {
    const own = {
      ...backend('blue'),
      filters: [
        requestHeaders,
        responseHeaders,
        { type: 'RequestMirror', requestMirror: { backendRef: backend('green') } },
      ],
    }
    await push(calls('own', [{ backendRefs: [own, backend('green')] }]))
    const answers = await Promise.all(Array.from({ length: 40 }, () => caller.call('/demo.Echo/Say')))
    for (const { from, metadata } of answers) {
      expect(metadata['x-backend']).toBe(from === 'blue' ? 'set' : 'green')
    }
    expect(new Set(answers.map(({ from }) => from))).toEqual(new Set(['blue', 'green']))
    expect(blue.received.every(({ metadata }) => metadata['x-set'] === 'set')).toBe(true)
    // Copies of blue's calls are those that were changed for blue.
    const copies = () => green.received.filter(({ metadata }) => metadata['x-set'] === 'set')
    await waitUntil('the copies to come', () => copies().length === blue.received.length)
    expect(green.received.length - copies().length).toBe(40 - blue.received.length)
  })

  test('weights divide the calls, and missing backends answer UNAVAILABLE in their share', async () => {
    await push(
      calls('shares', [{ backendRefs: [backend('blue', 1), backend('green', 1), backend('gone', 2)] }]),
    )
    const tally: Record<string, number> = {}
    for (const one of await Promise.all(Array.from({ length: 400 }, () => who('/demo.Echo/Say')))) {
      tally[one] = (tally[one] ?? 0) + 1
    }
    expect(Object.keys(tally).sort()).toEqual([String(status.UNAVAILABLE), 'blue', 'green'])
    // Five standard deviations (8.7 and 10) on either side.
    expect(Math.abs((tally.blue ?? 0) - 100)).toBeLessThan(44)
    expect(Math.abs((tally[status.UNAVAILABLE] ?? 0) - 200)).toBeLessThan(51)
    await push(calls('gone', [{ backendRefs: [backend('gone')] }]))
    expect(await who('/demo.Echo/Say')).toBe(status.UNAVAILABLE)
    await push(calls('none', [{}]))
    expect(await who('/demo.Echo/Say')).toBe(status.UNAVAILABLE)
  })

  // Envoy tells a backend how long it waits for it: 15 s unless the route says otherwise, which would cut streams.
  test('a call has no end but its own, and streams go on', async () => {
    await push(calls('stream', [{ backendRefs: [backend('blue')] }]))
    const stream = await caller.watch('/demo.Echo/Watch')
    expect(blue.received[0]?.path).toBe('/demo.Echo/Watch')
    expect(blue.received[0]?.metadata).not.toHaveProperty('x-envoy-expected-rq-timeout-ms')
    expect(stream.ended()).toBeUndefined()
    stream.cancel()
  })
})
