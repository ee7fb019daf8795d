import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { route } from '../support/documents.ts'
import { prefix, RULE_WITH, redirect } from '../support/filters.ts'
import { openRouteBed, type RouteBed } from '../support/route-bed.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'

describe.each(['rule', 'backendRef'] as const)('RequestRedirect of a %s through a real Envoy', level => {
  const withFilters = RULE_WITH[level]
  /** A rule that redirects has no backends. */
  const redirecting = (filters: readonly object[]) =>
    level === 'rule' ? { matches: [prefix('/foo')], filters } : withFilters(filters, '/foo')

  let bed: RouteBed
  beforeAll(async () => {
    bed = await openRouteBed()
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

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
    expect((await located({ scheme: 'https', port: 443 }, '/foo')).location).toBe('https://example.com/foo')
    expect((await located({ scheme: 'http', port: 443 }, '/foo')).location).toBe('http://example.com:443/foo')
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
