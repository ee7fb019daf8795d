import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { sendRequests } from '../../demo/load.ts'
import { backend, gateway, route, service, topology, toService } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

interface Asked {
  readonly method?: string
  readonly host?: string
  readonly headers?: Record<string, string>
}

interface Echo {
  readonly pod: string
  readonly headers: Readonly<Record<string, readonly string[]>>
}

describe('an HTTPRoute through a real Envoy', () => {
  let bed: Testbed
  let address: string

  beforeAll(async () => {
    bed = await openTestbed()
    const port = await freePort()
    address = `127.0.0.1:${port}`
    const [blue, green] = [await bed.echo('blue'), await bed.echo('green')]
    await bed.push(
      'topology',
      topology(
        service('blue', [{ port: blue.port }]),
        service('green', [{ port: green.port }]),
        service('none', []),
      ),
    )
    await bed.push('routes', { gateways: [gateway('edge', port)] })
    await bed.envoy({})
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  /** The routes of this test alone: each push replaces those of the one before. */
  const push = (...routes: object[]) => bed.push('routes', { routes }, 'routes-under-test')
  const send = async (path: string, { method = 'GET', host = 'x', headers = {} }: Asked = {}) => {
    const { status, text } = await request(address, { method, path, headers: { host, ...headers } })
    return { status, echo: text.startsWith('{') ? (JSON.parse(text) as Echo) : undefined }
  }
  /** The pod that answered, else the status. */
  const who = async (path: string, asked?: Asked) => {
    const { status, echo } = await send(path, asked)
    return echo?.pod ?? status
  }
  const whoAll = async (paths: readonly string[]) => Promise.all(paths.map(path => who(path)))
  const rule = (match: object, name = 'blue') => ({ matches: [match], backendRefs: [backend(name)] })

  test('Exact takes the path and nothing around it', async () => {
    await push(route('exact', [rule({ path: { type: 'Exact', value: '/one' } })]))
    expect(await whoAll(['/one', '/one?q=1', '/one/', '/one/two', '/on', '/ONE'])).toEqual([
      ...['blue', 'blue'],
      ...[404, 404, 404, 404],
    ])
  })

  test('PathPrefix takes whole path elements', async () => {
    await push(route('prefix', [rule({ path: { type: 'PathPrefix', value: '/one' } })]))
    expect(await whoAll(['/one', '/one/', '/one/two', '/one?q=1', '/onetwo', '/'])).toEqual([
      ...['blue', 'blue', 'blue', 'blue'],
      ...[404, 404],
    ])
  })

  test('a path is the same whether its letters, digits and -._~ are percent-encoded or not', async () => {
    await push(
      route('encoded', [
        rule({ path: { type: 'Exact', value: '/caf%65' } }),
        rule({ path: { type: 'PathPrefix', value: '/%7Euser' } }, 'green'),
        rule({ path: { type: 'Exact', value: '/50%25' } }),
      ]),
    )
    expect(await whoAll(['/cafe', '/caf%65', '/~user/a', '/%7Euser/a', '/%7euser', '/50%25'])).toEqual([
      ...['blue', 'blue', 'green', 'green', 'green'],
      'blue',
    ])
  })

  test('RegularExpression takes the whole path', async () => {
    await push(route('regex', [rule({ path: { type: 'RegularExpression', value: '/v[0-9]+/.*' } })]))
    expect(await whoAll(['/v1/a', '/v22/a/b', '/v/a', '/x/v1/a'])).toEqual(['blue', 'blue', 404, 404])
  })

  test('an expression may be larger than Envoy takes by itself', async () => {
    const value = '(?:/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}){4}'
    await push(route('ids', [rule({ path: { type: 'RegularExpression', value } })]))
    const id = '/123e4567-e89b-12d3-a456-426614174000'
    expect(await whoAll([id.repeat(4), id.repeat(3)])).toEqual(['blue', 404])
  })

  test('headers match by value or expression, all of them, whatever their case', async () => {
    const headers = [
      { name: 'X-Team', value: 'green' },
      { name: 'x-build', type: 'RegularExpression', value: '[0-9]+' },
    ]
    await push(route('headers', [rule({ headers })]))
    expect(await who('/', { headers: { 'x-team': 'green', 'X-Build': '17' } })).toBe('blue')
    expect(await who('/', { headers: { 'x-team': 'green', 'x-build': '17a' } })).toBe(404)
    expect(await who('/', { headers: { 'x-team': 'Green', 'x-build': '17' } })).toBe(404)
    expect(await who('/', { headers: { 'x-team': 'green' } })).toBe(404)
  })

  test('query parameters match by value or expression', async () => {
    const queryParams = [
      { name: 'animal', value: 'whale' },
      { name: 'age', type: 'RegularExpression', value: '[0-9]+' },
    ]
    await push(route('query', [rule({ queryParams })]))
    const paths = ['/?animal=whale&age=3', '/x?age=3&animal=whale', '/?animal=whale', '/?animal=whale&age=x']
    expect(await whoAll(paths)).toEqual(['blue', 'blue', 404, 404])
  })

  test('methods match', async () => {
    await push(route('method', [rule({ method: 'DELETE' }), rule({ method: 'POST' }, 'green')]))
    expect(await who('/', { method: 'DELETE' })).toBe('blue')
    expect(await who('/', { method: 'POST' })).toBe('green')
    expect(await who('/', { method: 'GET' })).toBe(404)
  })

  test('a match needs all its parts, a rule one of its matches', async () => {
    const matches = [
      { path: { type: 'PathPrefix', value: '/a' }, method: 'POST' },
      { path: { type: 'PathPrefix', value: '/b' }, headers: [{ name: 'x', value: '1' }] },
    ]
    await push(route('both', [{ matches, backendRefs: [backend('blue')] }]))
    expect(await who('/a', { method: 'POST' })).toBe('blue')
    expect(await who('/a')).toBe(404)
    expect(await who('/b', { headers: { x: '1' } })).toBe('blue')
    expect(await who('/b')).toBe(404)
  })

  test('the exact hostname wins over the longer wildcard, that over the shorter, and all over none', async () => {
    const to = (name: string) => [{ backendRefs: [backend(name)] }]
    await push(
      route('exact', to('blue'), { hostnames: ['www.example.com'] }),
      route('wildcard', to('green'), { hostnames: ['*.example.com'] }),
      route('longer', to('blue'), { hostnames: ['*.deep.example.com'] }),
    )
    expect(await who('/', { host: 'www.example.com' })).toBe('blue')
    expect(await who('/', { host: 'WWW.example.com:10080' })).toBe('blue')
    expect(await who('/', { host: 'a.example.com' })).toBe('green')
    expect(await who('/', { host: 'a.b.example.com' })).toBe('green')
    expect(await who('/', { host: 'x.deep.example.com' })).toBe('blue')
    expect(await who('/', { host: 'example.com' })).toBe(404)
    await push(route('exact', to('blue'), { hostnames: ['www.example.com'] }), route('any', to('green')))
    expect(await who('/', { host: 'www.example.com' })).toBe('blue')
    expect(await who('/', { host: 'elsewhere.org' })).toBe('green')
  })

  test('precedence: exact path, longest prefix, method, most headers, most query parameters', async () => {
    const prefix = (value: string) => ({ path: { type: 'PathPrefix', value } })
    const header = (name: string) => ({ name, value: '1' })
    await push(
      route('paths', [
        rule(prefix('/'), 'green'),
        rule(prefix('/p/longer')),
        rule(prefix('/p'), 'green'),
        rule({ path: { type: 'Exact', value: '/p' } }),
        rule({ ...prefix('/m'), headers: [header('a'), header('b')] }, 'green'),
        rule({ ...prefix('/m'), method: 'POST' }),
        rule({ ...prefix('/h'), queryParams: [header('q'), header('r')] }, 'green'),
        rule({ ...prefix('/h'), headers: [header('a')] }, 'green'),
        rule({ ...prefix('/h'), headers: [header('a'), header('b')] }),
        rule({ ...prefix('/q'), queryParams: [header('q')] }, 'green'),
        rule({ ...prefix('/q'), queryParams: [header('q'), header('r')] }),
      ]),
    )
    expect(await whoAll(['/', '/p', '/p/x', '/p/longer/x'])).toEqual(['green', 'blue', 'green', 'blue'])
    const headers = { a: '1', b: '1' }
    expect(await who('/m', { method: 'POST', headers })).toBe('blue')
    expect(await who('/m', { headers })).toBe('green')
    expect(await who('/h?q=1&r=1', { headers })).toBe('blue')
    expect(await whoAll(['/q?q=1', '/q?q=1&r=1'])).toEqual(['green', 'blue'])
  })

  test('of equal matches the first rule wins, and of equal routes the one created first', async () => {
    const older = route('z-older', [toService('/tie', 'blue'), toService('/tie', 'green')])
    await push(older)
    expect(await who('/tie')).toBe('blue')
    await push(older, route('a-younger', [toService('/tie', 'green')]))
    expect(await who('/tie')).toBe('blue')
    await push(route('a-younger', [toService('/tie', 'green')]))
    expect(await who('/tie')).toBe('green')
  })

  test('weights divide the traffic, and weight 0 gets none', async () => {
    const divided = [{ backendRefs: [backend('blue', 3), backend('green', 1)] }]
    await push(route('weights', divided))
    const { byPod, failures } = await sendRequests({ address, path: '/', host: 'x' }, 800)
    expect(failures).toEqual([])
    // 600 expected; five standard deviations (12.2 each) on either side.
    expect(Math.abs((byPod.blue ?? 0) - 600)).toBeLessThan(62)
    await push(route('weights', [{ backendRefs: [backend('blue', 0), backend('green', 1)] }]))
    expect((await sendRequests({ address, path: '/', host: 'x' }, 100)).byPod).toEqual({ green: 100 })
  })

  test('RequestHeaderModifier sets, adds and removes what the backend sees', async () => {
    const requestHeaderModifier = {
      set: [{ name: 'x-set', value: 'new' }],
      add: [{ name: 'x-add', value: 'more' }],
      remove: ['x-remove'],
    }
    const filters = [{ type: 'RequestHeaderModifier', requestHeaderModifier }]
    await push(route('modify', [{ filters, backendRefs: [backend('blue')] }]))
    const { echo } = await send('/', { headers: { 'x-set': 'old', 'x-add': 'some', 'x-remove': 'secret' } })
    const seen = echo?.headers ?? {}
    expect(seen['X-Set']).toEqual(['new'])
    expect(seen['X-Add']?.join(',').replaceAll(' ', '')).toBe('some,more')
    expect(seen['X-Remove']).toBeUndefined()
  })

  test('timeouts.request and timeouts.backendRequest end what takes longer with 504', async () => {
    const timed = (value: string, timeouts: object) => ({
      ...toService(value, 'blue'),
      timeouts,
    })
    await push(
      route('timeouts', [
        timed('/request', { request: '100ms' }),
        timed('/backend', { request: '2s', backendRequest: '100ms' }),
      ]),
    )
    expect(await whoAll(['/request', '/request?delay=1000'])).toEqual(['blue', 504])
    expect(await whoAll(['/backend', '/backend?delay=1000'])).toEqual(['blue', 504])
  })

  test('a backendRef to nothing is answered with 500, in the share of its weight', async () => {
    await push(
      route('dangling', [
        toService('/nothing', 'no-such-service'),
        { matches: [{ path: { value: '/wrong-port' } }], backendRefs: [{ name: 'blue', port: 81 }] },
        { matches: [{ path: { value: '/no-backends' } }] },
        {
          matches: [{ path: { value: '/half' } }],
          backendRefs: [backend('blue'), backend('no-such-service')],
        },
      ]),
    )
    expect(await whoAll(['/nothing', '/wrong-port', '/no-backends'])).toEqual([500, 500, 500])
    const { byPod, failures } = await sendRequests({ address, path: '/half', host: 'x' }, 400)
    expect(failures.every(({ reason }) => reason.startsWith('status 500'))).toBe(true)
    // 200 expected; five standard deviations (10 each) on either side.
    expect(Math.abs((byPod.blue ?? 0) - 200)).toBeLessThan(51)
  })

  test('a service without endpoints is answered with 503', async () => {
    await push(route('none', [toService('/', 'none')]))
    expect(await who('/')).toBe(503)
  })
})
