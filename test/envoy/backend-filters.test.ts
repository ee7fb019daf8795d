import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { route } from '../support/documents.ts'
import { mirror, prefix, redirect, requestHeaders, responseHeaders, rewrite } from '../support/filters.ts'
import { openRouteBed, type RouteBed } from '../support/route-bed.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'

describe('filters of a backendRef through a real Envoy', () => {
  let bed: RouteBed
  beforeAll(async () => {
    bed = await openRouteBed()
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

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
    for (const one of bed.blue.received) expect(one.headers).toMatchObject({ 'x-who': 'blue', 'x-all': '1' })
    for (const one of bed.green.received) {
      expect(one.headers['x-who']).toBe('rule')
      expect(one.headers).not.toHaveProperty('x-all')
    }
    for (const { from, headers } of answers) expect(headers['x-who']).toBe(from === 'blue' ? 'blue' : 'rule')
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
