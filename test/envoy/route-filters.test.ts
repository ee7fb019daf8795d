import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { backend, route } from '../support/documents.ts'
import { openRouteBed, type RouteBed } from '../support/route-bed.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'

describe('filters of an HTTPRoute through a real Envoy', () => {
  let bed: RouteBed
  beforeAll(async () => {
    bed = await openRouteBed()
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  const requestHeaders = (requestHeaderModifier: object) => ({
    type: 'RequestHeaderModifier',
    requestHeaderModifier,
  })
  const responseHeaders = (responseHeaderModifier: object) => ({
    type: 'ResponseHeaderModifier',
    responseHeaderModifier,
  })
  const rewrite = (urlRewrite: object) => ({ type: 'URLRewrite', urlRewrite })
  const redirect = (requestRedirect: object) => ({ type: 'RequestRedirect', requestRedirect })
  const mirror = (name: string, part: object = {}) => ({
    type: 'RequestMirror',
    requestMirror: { backendRef: backend(name), ...part },
  })
  const prefix = (value: string) => ({ path: { type: 'PathPrefix', value } })
  type Refs = readonly object[]
  /** A rule with filters of its own, or with the same for each of its backends. */
  const ruleWith = {
    rule: (filters: Refs, match = '/', refs: Refs = [backend('blue')]) => ({
      matches: [prefix(match)],
      filters,
      backendRefs: refs,
    }),
    backendRef: (filters: Refs, match = '/', refs: Refs = [backend('blue')]) => ({
      matches: [prefix(match)],
      backendRefs: refs.map(ref => ({ ...ref, filters })),
    }),
  }

  describe.each(['rule', 'backendRef'] as const)('of a %s', level => {
    const withFilters = ruleWith[level]
    /** A rule that redirects has no backends. */
    const redirecting = (filters: Refs) =>
      level === 'rule' ? { matches: [prefix('/foo')], filters } : withFilters(filters, '/foo')

    describe('RequestHeaderModifier', () => {
      test('set puts its value in the place of what the client sent, add behind it, remove takes it away', async () => {
        const modifier = {
          set: [
            { name: 'X-Set', value: 'new' },
            { name: 'x-set-too', value: 'made' },
          ],
          add: [{ name: 'x-add', value: 'bar,baz' }],
          remove: ['X-Remove'],
        }
        await bed.push(route('modify', [withFilters([requestHeaders(modifier)])]))
        await bed.ask('/', {
          headers: { 'x-set': 'old', 'x-add': 'foo', 'x-remove': 'secret', 'x-keep': 'me' },
        })
        const { headers } = bed.blue.received[0] ?? {}
        expect(headers).toMatchObject({
          'x-set': 'new',
          'x-set-too': 'made',
          'x-add': 'foo,bar,baz',
          'x-keep': 'me',
        })
        expect(headers).not.toHaveProperty('x-remove')
      })

      test('values are taken as they stand: nothing in them is a format of Envoy', async () => {
        const value = '100% of %REQ(:path)% and %%'
        await bed.push(
          route('percent', [withFilters([requestHeaders({ set: [{ name: 'x-literal', value }] })])]),
        )
        await bed.ask('/')
        expect(bed.blue.received[0]?.headers['x-literal']).toBe(value)
      })
    })

    describe('ResponseHeaderModifier', () => {
      const modifier = {
        set: [{ name: 'x-set', value: '50%' }],
        add: [{ name: 'x-add', value: 'more' }],
        remove: ['x-remove'],
      }

      test('set, add and remove change what the client gets', async () => {
        await bed.push(route('modify', [withFilters([responseHeaders(modifier)])]))
        const { headers } = await bed.ask('/?header=x-set:old&header=x-add:some&header=x-remove:secret')
        expect(headers['x-set']).toBe('50%')
        expect(headers['x-add']).toBe('some, more')
        expect(headers).not.toHaveProperty('x-remove')
      })
    })

    describe('URLRewrite', () => {
      test('hostname is the Host that the backend sees', async () => {
        await bed.push(route('host', [withFilters([rewrite({ hostname: 'inner.example.org' })])]))
        await bed.ask('/one?q=1', { host: 'outer.example.com:8080' })
        expect(bed.blue.received[0]).toMatchObject({ host: 'inner.example.org', path: '/one?q=1' })
      })

      test('without one the backend sees the Host as the client sent it', async () => {
        await bed.push(route('host', [withFilters([])]))
        await bed.ask('/', { host: 'Outer.example.com:8080' })
        expect(bed.blue.received[0]?.host).toBe('Outer.example.com:8080')
      })

      const seen = async (filter: object, match: string, path: string) => {
        await bed.push(route('rewrite', [withFilters([filter], match)]))
        await bed.ask(path)
        return bed.blue.received[0]?.path
      }

      test.each([
        ['/one/two', '/full', '/full'],
        ['/one?q=1&r=2', '/full', '/full?q=1&r=2'],
        ['/one', 'full', '/full'],
        ['/one/two', '', '/'],
        ['/one', "/a'b/$1/(c)", "/a'b/$1/(c)"],
      ])('ReplaceFullPath of %s by "%s" gives %s', async (path, replaceFullPath, expected) => {
        const filter = rewrite({ path: { type: 'ReplaceFullPath', replaceFullPath } })
        expect(await seen(filter, '/one', path)).toBe(expected)
      })

      // The table of HTTPPathModifier.replacePrefixMatch, and what it leaves open.
      test.each([
        ['/foo/bar', '/foo', '/xyz', '/xyz/bar'],
        ['/foo/bar', '/foo', '/xyz/', '/xyz/bar'],
        ['/foo/bar', '/foo/', '/xyz', '/xyz/bar'],
        ['/foo/bar', '/foo/', '/xyz/', '/xyz/bar'],
        ['/foo', '/foo', '/xyz', '/xyz'],
        ['/foo/', '/foo', '/xyz', '/xyz/'],
        ['/foo/bar', '/foo', '', '/bar'],
        ['/foo/', '/foo', '', '/'],
        ['/foo', '/foo', '', '/'],
        ['/foo/', '/foo', '/', '/'],
        ['/foo', '/foo', '/', '/'],
        ['/foo?q=/foo', '/foo', '', '/?q=/foo'],
        ['/f.o+o/bar', '/f.o+o', '', '/bar'],
        ['/foo/foo/bar', '/foo', '', '/foo/bar'],
        ['/foo/bar', '/foo', 'xyz', '/xyz/bar'],
        ['/foo/bar', '/', '/xyz', '/xyz/foo/bar'],
        ['/', '/', '/xyz', '/xyz/'],
        ['/foo', '/', '', '/foo'],
      ])('ReplacePrefixMatch of %s, prefix %s by "%s", gives %s', async (path, match, by, expected) => {
        const filter = rewrite({ path: { type: 'ReplacePrefixMatch', replacePrefixMatch: by } })
        expect(await seen(filter, match, path)).toBe(expected)
      })

      test('hostname and path are rewritten together, for every one of several backends', async () => {
        const filter = rewrite({
          hostname: 'inner.example.org',
          path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' },
        })
        const rule = withFilters([filter], '/old', [backend('blue'), backend('green')])
        await bed.push(route('both', [rule]))
        await bed.tally('/old/x', 40)
        const received = [...bed.blue.received, ...bed.green.received]
        expect(received).toHaveLength(40)
        for (const one of received) expect(one).toMatchObject({ host: 'inner.example.org', path: '/new/x' })
      })
    })

    describe('RequestRedirect', () => {
      const located = async (requestRedirect: object, path: string, host = 'example.com') => {
        await bed.push(route('redirect', [redirecting([redirect(requestRedirect)])]))
        const { status, headers } = await bed.ask(path, { host })
        return { status, location: headers.location }
      }

      test.each([301, 302, 303, 307, 308])('answers with statusCode %i', async statusCode => {
        expect((await located({ hostname: 'x.org', statusCode }, '/foo')).status).toBe(statusCode)
      })

      test('answers with 302 unless it says otherwise, and keeps path and query', async () => {
        expect(await located({ scheme: 'https', hostname: 'x.org' }, '/foo/bar?q=1')).toEqual({
          status: 302,
          location: 'https://x.org/foo/bar?q=1',
        })
      })

      test('leads to the port of the listener where it names neither scheme nor port', async () => {
        const there = `http://example.com:${bed.port}/foo`
        expect((await located({}, '/foo')).location).toBe(there)
        expect((await located({}, '/foo', 'example.com:1234')).location).toBe(there)
        expect((await located({ hostname: 'x.org' }, '/foo')).location).toBe(`http://x.org:${bed.port}/foo`)
      })

      test("leads to the scheme's own port where it names a scheme, and does not write it out", async () => {
        expect((await located({ scheme: 'https' }, '/foo')).location).toBe('https://example.com/foo')
        expect((await located({ scheme: 'http' }, '/foo')).location).toBe('http://example.com/foo')
        const named = { scheme: 'https', hostname: 'x.org' }
        expect((await located(named, '/foo', 'example.com:8080')).location).toBe('https://x.org/foo')
      })

      test('leads to the port that it names, and does not write out that of the scheme', async () => {
        expect((await located({ port: 8443 }, '/foo', 'example.com:1')).location).toBe(
          'http://example.com:8443/foo',
        )
        expect((await located({ scheme: 'https', port: 8443 }, '/foo')).location).toBe(
          'https://example.com:8443/foo',
        )
        expect((await located({ scheme: 'https', port: 443 }, '/foo')).location).toBe(
          'https://example.com/foo',
        )
        expect((await located({ scheme: 'http', port: 443 }, '/foo')).location).toBe(
          'http://example.com:443/foo',
        )
        expect((await located({ port: 80 }, '/foo')).location).toBe('http://example.com/foo')
      })

      test('does not lead to the port of the Host header, though it may write out the right one in its place', async () => {
        expect((await located({ scheme: 'https' }, '/foo', 'example.com:8080')).location).toBe(
          'https://example.com:443/foo',
        )
        expect((await located({ port: 80 }, '/foo', 'example.com:8080')).location).toBe(
          'http://example.com:80/foo',
        )
      })

      test.each([
        ['/foo/bar?q=1', { type: 'ReplaceFullPath', replaceFullPath: '/full' }, '/full?q=1'],
        ['/foo/bar', { type: 'ReplaceFullPath', replaceFullPath: 'full' }, '/full'],
        ['/foo/bar', { type: 'ReplaceFullPath', replaceFullPath: '' }, '/'],
        ['/foo/bar?q=1', { type: 'ReplacePrefixMatch', replacePrefixMatch: '/xyz/' }, '/xyz/bar?q=1'],
        ['/foo', { type: 'ReplacePrefixMatch', replacePrefixMatch: '/xyz' }, '/xyz'],
        ['/foo/bar', { type: 'ReplacePrefixMatch', replacePrefixMatch: '' }, '/bar'],
        ['/foo', { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' }, '/'],
      ])('of %s with path %j leads to %s', async (path, modifier, expected) => {
        const { location } = await located({ scheme: 'https', hostname: 'x.org', path: modifier }, path)
        expect(location).toBe(`https://x.org${expected}`)
      })
    })

    describe('RequestMirror', () => {
      test('sends copies to several other services, with the Host of the request, and gives none of their answers', async () => {
        await bed.push(route('mirror', [withFilters([mirror('green'), mirror('red')])]))
        const { from } = await bed.ask('/path?q=1', { host: 'example.com', headers: { 'x-own': '1' } })
        expect(from).toBe('blue')
        for (const { received } of [bed.green, bed.red]) {
          await waitUntil('the copy to come', async () => received.length === 1)
          expect(received[0]).toMatchObject({
            host: 'example.com',
            path: '/path?q=1',
            headers: { 'x-own': '1' },
          })
        }
      })

      test.each([
        ['percent', { percent: 25 }, [75, 25], 150],
        ['fraction', { fraction: { numerator: 1, denominator: 3 } }, [7500, 2500], 200],
      ] as const)(
        'copies the part of the requests that its %s says, of each backend alike',
        async (_, part, [ofBlue, ofGreen], expected) => {
          const backendRefs = [backend('blue', ofBlue), backend('green', ofGreen)]
          await bed.push(route('part', [withFilters([mirror('red', part)], '/', backendRefs)]))
          await bed.tally('/', 600)
          // Five standard deviations: 10.6 and 11.5 for all, 5.3 and 5.8 for the quarter of them that is of green.
          expect(Math.abs(bed.red.received.length - expected)).toBeLessThan(58)
          const ids = new Set(bed.red.received.map(one => one.headers['x-request-id']))
          const copied = bed.green.received.filter(one => ids.has(one.headers['x-request-id'])).length
          expect(Math.abs(copied - expected / 4)).toBeLessThan(30)
        },
      )

      test('percent 0 copies nothing, and a mirror without its service is left out', async () => {
        await bed.push(route('none', [withFilters([mirror('red', { percent: 0 }), mirror('gone')])]))
        expect((await bed.ask('/')).from).toBe('blue')
        expect(bed.red.received).toEqual([])
      })
    })
  })

  describe('of a rule', () => {
    test('redirects and answers for missing backends have the changed headers too', async () => {
      const modifier = {
        set: [{ name: 'x-set', value: '50%' }],
        add: [{ name: 'x-add', value: 'more' }],
      }
      await bed.push(
        route('answers', [
          {
            matches: [prefix('/redirect')],
            filters: [redirect({ hostname: 'x.org' }), responseHeaders(modifier)],
          },
          {
            matches: [prefix('/missing')],
            filters: [responseHeaders(modifier)],
            backendRefs: [backend('gone')],
          },
        ]),
      )
      for (const [path, status] of [
        ['/redirect', 302],
        ['/missing', 500],
      ] as const) {
        expect(await bed.ask(path)).toMatchObject({ status, headers: { 'x-set': '50%', 'x-add': 'more' } })
      }
    })
  })

  describe('filters of a backendRef', () => {
    const own = (name: string, ...filters: object[]) => ({ name, port: 3000, filters })

    test('header modifiers are for the requests of that backend alone, and come after those of the rule', async () => {
      const named = (value: string) => ({ set: [{ name: 'x-who', value }] })
      const rule = {
        filters: [
          requestHeaders({ set: [{ name: 'x-who', value: 'rule' }], add: [{ name: 'x-all', value: '1' }] }),
          responseHeaders(named('rule')),
        ],
        backendRefs: [
          own('blue', requestHeaders(named('blue')), responseHeaders(named('blue'))),
          own('green', requestHeaders({ remove: ['X-All'] })),
        ],
      }
      await bed.push(route('own', [rule]))
      const answers = await Promise.all(Array.from({ length: 60 }, () => bed.ask('/')))
      for (const one of bed.blue.received)
        expect(one.headers).toMatchObject({ 'x-who': 'blue', 'x-all': '1' })
      for (const one of bed.green.received) {
        expect(one.headers['x-who']).toBe('rule')
        expect(one.headers).not.toHaveProperty('x-all')
      }
      for (const { from, headers } of answers)
        expect(headers['x-who']).toBe(from === 'blue' ? 'blue' : 'rule')
      expect(new Set(answers.map(({ from }) => from))).toEqual(new Set(['blue', 'green']))
    })

    test('a mirror, a rewrite and a redirect are for the requests of that backend alone', async () => {
      const rule = {
        matches: [prefix('/foo')],
        backendRefs: [
          own(
            'blue',
            mirror('red'),
            rewrite({ path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/bar' } }),
          ),
          own('green', redirect({ scheme: 'https', hostname: 'x.org' })),
        ],
      }
      await bed.push(route('own', [rule]))
      const tally = await bed.tally('/foo/1', 200)
      expect(Object.keys(tally).sort()).toEqual(['302', 'blue'])
      expect(bed.green.received).toEqual([])
      expect(bed.blue.received.every(({ path }) => path === '/bar/1')).toBe(true)
      await waitUntil('the copies to come', async () => bed.red.received.length === tally.blue)
      // Half of them expected; five standard deviations (7.1 each) on either side.
      expect(Math.abs((tally.blue ?? 0) - 100)).toBeLessThan(36)
    })
  })
})
