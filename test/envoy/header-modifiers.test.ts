import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backend, route } from '../support/documents.ts'
import { prefix, RULE_WITH, redirect, requestHeaders, responseHeaders } from '../support/filters.ts'
import { openRouteBed, type RouteBed } from '../support/route-bed.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'

describe.each(['rule', 'backendRef'] as const)('header modifiers of a %s through a real Envoy', level => {
  const withFilters = RULE_WITH[level]

  let bed: RouteBed
  beforeAll(async () => {
    bed = await openRouteBed()
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

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
})

describe('header modifiers of a rule through a real Envoy', () => {
  let bed: RouteBed
  beforeAll(async () => {
    bed = await openRouteBed()
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

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
