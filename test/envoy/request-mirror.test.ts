import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { backend, route } from '../support/documents.ts'
import { mirror, RULE_WITH } from '../support/filters.ts'
import { openRouteBed, type RouteBed } from '../support/route-bed.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'

describe.each(['rule', 'backendRef'] as const)('RequestMirror of a %s through a real Envoy', level => {
  const withFilters = RULE_WITH[level]

  let bed: RouteBed
  beforeAll(async () => {
    bed = await openRouteBed()
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

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
