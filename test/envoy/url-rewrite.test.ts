import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backend, route } from '../support/documents.ts'
import { RULE_WITH, rewrite } from '../support/filters.ts'
import { openRouteBed, type RouteBed } from '../support/route-bed.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'

describe.each(['rule', 'backendRef'] as const)('URLRewrite of a %s through a real Envoy', level => {
  const withFilters = RULE_WITH[level]

  let bed: RouteBed
  beforeAll(async () => {
    bed = await openRouteBed()
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

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
