import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backend, route, service } from '../support/documents.ts'
import { type Answered, openRouteBed, type RouteBed } from '../support/route-bed.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'

describe('the CORS filter of an HTTPRoute through a real Envoy', () => {
  let bed: RouteBed
  beforeAll(async () => {
    bed = await openRouteBed(service('empty', []))
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  const ORIGIN = 'https://www.example.com'
  const filter = (cors: object) => ({ type: 'CORS', cors })
  const preflight = (
    origin: string,
    { method = 'PUT', headers }: { method?: string; headers?: string } = {},
  ) =>
    bed.ask('/', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        ...(headers && { 'access-control-request-headers': headers }),
      },
    })
  const get = (origin: string) => bed.ask('/', { headers: { origin } })
  /** The headers of CORS alone, without the beginning that all have. */
  const cors = ({ headers }: Answered) =>
    Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        name.startsWith('access-control-') ? [[name.slice('access-control-'.length), value]] : [],
      ),
    )

  describe.each(['rule', 'backendRef'] as const)('of a %s', level => {
    const push = (cors: object, match: object = {}) => {
      const filters = [filter(cors)]
      const rule =
        level === 'rule'
          ? { filters, backendRefs: [backend('blue')] }
          : { backendRefs: [{ ...backend('blue'), filters }] }
      return bed.push(route('cors', [{ matches: [match], ...rule }]))
    }

    test('a preflight is answered for the backend, with what the filter allows', async () => {
      await push({
        allowOrigins: [ORIGIN],
        allowMethods: ['GET', 'PUT'],
        allowHeaders: ['x-one', 'X-Two'],
        exposeHeaders: ['x-shown'],
        maxAge: 600,
      })
      const answer = await preflight(ORIGIN, { headers: 'x-one' })
      expect(answer).toMatchObject({ status: 200, from: undefined })
      expect(cors(answer)).toEqual({
        'allow-origin': ORIGIN,
        'allow-methods': 'GET, PUT',
        'allow-headers': 'x-one, X-Two',
        'max-age': '600',
      })
      expect(bed.blue.received).toEqual([])
    })

    test('without maxAge, allowMethods and allowHeaders it is 5 seconds, and no list', async () => {
      await push({ allowOrigins: [ORIGIN] })
      expect(cors(await preflight(ORIGIN))).toEqual({ 'allow-origin': ORIGIN, 'max-age': '5' })
    })

    test('a preflight of another origin gets 403 and no header, and never reaches the backend', async () => {
      await push({ allowOrigins: [ORIGIN], allowMethods: ['PUT'], allowCredentials: true })
      const answer = await preflight('https://evil.org')
      expect(answer).toMatchObject({ status: 403, from: undefined })
      expect(cors(answer)).toEqual({})
      expect(bed.blue.received).toEqual([])
    })

    test('a response to another origin, or to none, has no header of CORS', async () => {
      await push({ allowOrigins: [ORIGIN], allowCredentials: true, exposeHeaders: ['x-shown'] })
      for (const answer of [await get('https://evil.org'), await bed.ask('/')]) {
        expect(answer.from).toBe('blue')
        expect(cors(answer)).toEqual({})
      }
    })

    test('what the backend says of CORS is not given on, and caches are told that responses differ by origin', async () => {
      await push({ allowOrigins: [ORIGIN] })
      const said = ['allow-origin:*', 'allow-credentials:true', 'expose-headers:x-own']
      const query = said.map(header => `header=access-control-${header}`).join('&')
      for (const [origin, expected] of [
        [ORIGIN, { 'allow-origin': ORIGIN }],
        ['https://evil.org', {}],
      ] as const) {
        const answer = await bed.ask(`/?${query}&header=vary:accept`, { headers: { origin } })
        expect(answer.from).toBe('blue')
        expect(cors(answer)).toEqual(expected)
        expect(answer.headers.vary).toMatch(/^accept, ?origin$/)
      }
    })

    test.each([
      [['*'], ['https://a.org', 'http://b.net:81', 'null'], []],
      [
        ['https://www.example.com'],
        ['https://www.example.com', 'https://WWW.example.com', 'https://www.example.com:443'],
        [
          'http://www.example.com',
          'https://www.example.com:444',
          'https://example.com',
          'https://wwwxexample.com',
          'https://www.example.com.evil.org',
          'https://evil.org/https://www.example.com',
        ],
      ],
      [['http://a.org:80', 'http://a.org:81'], ['http://a.org', 'http://a.org:81'], ['http://a.org:82']],
      [
        ['https://*.example.com'],
        ['https://a.example.com', 'https://a.b.example.com'],
        [
          'https://example.com',
          'https://a.example.com:8443',
          'http://a.example.com',
          'https://axexample.com',
          'https://a.examplexcom',
          'https://evil.org/.example.com',
        ],
      ],
      [
        ['http://*:8080'],
        ['http://a.org:8080', 'http://a.b.org:8080', 'http://[::1]:8080'],
        ['http://a.org', 'https://a.org:8080', 'http://a.org:80801', 'http://evil.org:1:8080'],
      ],
      [['https://*'], ['https://a.org', 'https://[::1]'], ['https://a.org:8443', 'http://a.org']],
      [[], [], ['https://a.org']],
    ])('allowOrigins %j takes %j and not %j', async (allowOrigins, taken, not) => {
      await push({ allowOrigins })
      for (const origin of taken) {
        expect(cors(await get(origin))).toEqual({ 'allow-origin': origin })
        expect(cors(await preflight(origin))).toEqual({ 'allow-origin': origin, 'max-age': '5' })
      }
      for (const origin of not) {
        expect(cors(await get(origin))).toEqual({})
        expect((await preflight(origin)).status).toBe(403)
      }
    })

    describe('with allowCredentials', () => {
      test('what is allowed by name is answered as it stands, and "true"', async () => {
        await push({
          allowOrigins: [ORIGIN],
          allowCredentials: true,
          allowMethods: ['PUT'],
          allowHeaders: ['x-one'],
        })
        expect(cors(await preflight(ORIGIN))).toMatchObject({
          'allow-credentials': 'true',
          'allow-methods': 'PUT',
          'allow-headers': 'x-one',
        })
        expect(cors(await get(ORIGIN))).toEqual({ 'allow-origin': ORIGIN, 'allow-credentials': 'true' })
      })

      const all = {
        allowOrigins: ['*'],
        allowMethods: ['*'],
        allowHeaders: ['*'],
        exposeHeaders: ['*', 'x-shown'],
      }

      test('"*" is never answered: origin, method and headers are those that were asked for', async () => {
        await push({ ...all, allowCredentials: true })
        expect(cors(await preflight(ORIGIN, { headers: 'x-one, x-two' }))).toEqual({
          'allow-origin': ORIGIN,
          'allow-credentials': 'true',
          'allow-methods': 'PUT',
          'allow-headers': 'x-one, x-two',
          'max-age': '5',
        })
        expect(cors(await preflight(ORIGIN))).not.toHaveProperty('allow-headers')
        expect(cors(await get(ORIGIN))).toEqual({
          'allow-origin': ORIGIN,
          'allow-credentials': 'true',
          'expose-headers': 'x-shown',
        })
      })

      test('and without them it is', async () => {
        await push(all)
        expect(cors(await preflight(ORIGIN))).toMatchObject({ 'allow-methods': '*', 'allow-headers': '*' })
        expect(cors(await get(ORIGIN))).toEqual({ 'allow-origin': ORIGIN, 'expose-headers': '*, x-shown' })
      })
    })

    test('a rule for a method answers the preflights that ask for this method', async () => {
      await push({ allowOrigins: [ORIGIN], allowMethods: ['POST'] }, { method: 'POST' })
      expect((await preflight(ORIGIN, { method: 'POST' })).status).toBe(200)
      expect((await preflight(ORIGIN, { method: 'PUT' })).status).toBe(404)
      expect((await bed.ask('/', { method: 'OPTIONS' })).status).toBe(404)
    })

    test('what is no preflight goes to the backend: OPTIONS without an origin, or without the method to come', async () => {
      await push({ allowOrigins: [ORIGIN] })
      expect((await bed.ask('/', { method: 'OPTIONS' })).from).toBe('blue')
      expect((await bed.ask('/', { method: 'OPTIONS', headers: { origin: ORIGIN } })).from).toBe('blue')
    })
  })

  test('a response to an allowed origin names it and the exposeHeaders, one of Envoy itself too', async () => {
    const rules = ['blue', 'empty', 'gone'].map(name => ({
      matches: [{ path: { type: 'PathPrefix', value: `/${name}` } }],
      filters: [filter({ allowOrigins: [ORIGIN], exposeHeaders: ['x-shown', 'x-too'] })],
      backendRefs: [backend(name)],
    }))
    await bed.push(route('cors', rules))
    for (const [path, status] of [
      ['/blue', 200],
      ['/empty', 503],
      ['/gone', 500],
    ] as const) {
      const answer = await bed.ask(path, { headers: { origin: ORIGIN } })
      expect(answer.status).toBe(status)
      expect(cors(answer)).toEqual({ 'allow-origin': ORIGIN, 'expose-headers': 'x-shown, x-too' })
    }
  })

  test('a redirect is answered for other origins than its own, too', async () => {
    const rule = {
      filters: [
        filter({ allowOrigins: [ORIGIN], allowCredentials: true }),
        { type: 'RequestRedirect', requestRedirect: { scheme: 'https', hostname: 'x.org' } },
      ],
    }
    await bed.push(route('cors', [rule]))
    expect((await preflight(ORIGIN)).status).toBe(200)
    const answer = await get(ORIGIN)
    expect(answer).toMatchObject({ status: 302, headers: { location: 'https://x.org/' } })
    expect(cors(answer)).toEqual({ 'allow-origin': ORIGIN, 'allow-credentials': 'true' })
    expect(cors(await get('https://evil.org'))).toEqual({})
    expect(cors(await bed.ask('/'))).toEqual({})
  })

  test('a preflight has one answer, wherever requests of the rule would go', async () => {
    const backendRefs = [backend('blue'), backend('gone')]
    await bed.push(route('cors', [{ filters: [filter({ allowOrigins: [ORIGIN] })], backendRefs }]))
    const answers = await Promise.all(Array.from({ length: 20 }, () => preflight(ORIGIN)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })

  test('the policy of a backendRef is for requests of that backend alone', async () => {
    const own = { ...backend('blue'), filters: [filter({ allowOrigins: [ORIGIN] })] }
    await bed.push(route('cors', [{ backendRefs: [own, backend('green')] }]))
    const answers = await Promise.all(Array.from({ length: 60 }, () => get(ORIGIN)))
    for (const answer of answers) {
      expect(cors(answer)).toEqual(answer.from === 'blue' ? { 'allow-origin': ORIGIN } : {})
    }
    expect(new Set(answers.map(({ from }) => from))).toEqual(new Set(['blue', 'green']))
  })
})
