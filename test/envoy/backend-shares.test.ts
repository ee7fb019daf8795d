import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backend, route } from '../support/documents.ts'
import { openRouteBed, type RouteBed } from '../support/route-bed.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'

describe('the shares of backends through a real Envoy', () => {
  let bed: RouteBed
  beforeAll(async () => {
    bed = await openRouteBed()
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  const push = (...backendRefs: object[]) => bed.push(route('shares', [{ backendRefs }]))
  /** Five standard deviations of a share of `count` requests on either side of what is expected. */
  const near = (value: number | undefined, share: number, count: number) =>
    Math.abs((value ?? 0) - share * count) < 5 * Math.sqrt(count * share * (1 - share))

  // Envoy has one random number for a request: a share in front of weighted clusters took all of the first one's.
  test('beside a backend that is missing the others have their shares still', async () => {
    await push(backend('blue', 500_000), backend('green', 500_000), backend('gone', 1_000_000))
    const tally = await bed.tally('/', 800)
    expect(near(tally.blue, 0.25, 800) && near(tally.green, 0.25, 800), JSON.stringify(tally)).toBe(true)
    expect(near(tally['500'], 0.5, 800), JSON.stringify(tally)).toBe(true)
  })

  test('with filters of one of them all have their shares still', async () => {
    const own = {
      ...backend('blue', 1),
      filters: [{ type: 'URLRewrite', urlRewrite: { hostname: 'x.org' } }],
    }
    await push(own, backend('green', 2), backend('red', 5))
    const tally = await bed.tally('/', 800)
    expect(near(tally.blue, 1 / 8, 800) && near(tally.green, 2 / 8, 800), JSON.stringify(tally)).toBe(true)
    expect(near(tally.red, 5 / 8, 800), JSON.stringify(tally)).toBe(true)
    expect(bed.blue.received.every(({ host }) => host === 'x.org')).toBe(true)
    expect(bed.green.received.every(({ host }) => host === 'example.com')).toBe(true)
  })

  test('the same backend named twice has both weights, and weight 0 gets nothing', async () => {
    await push(
      backend('blue', 1),
      backend('blue', 2),
      backend('green', 1),
      backend('red', 0),
      backend('gone', 0),
    )
    const tally = await bed.tally('/', 400)
    expect(near(tally.blue, 0.75, 400) && near(tally.green, 0.25, 400), JSON.stringify(tally)).toBe(true)
    expect(Object.keys(tally).sort()).toEqual(['blue', 'green'])
  })

  test('backends that all have weight 0 are answered with 500', async () => {
    await push(backend('blue', 0), backend('green', 0))
    expect(await bed.tally('/', 10)).toEqual({ 500: 10 })
  })

  test('a backend of another kind than Service is answered with 500, in its share', async () => {
    await push(backend('blue'), { group: 'example.org', kind: 'Bucket', name: 'files' })
    const tally = await bed.tally('/', 400)
    expect(near(tally.blue, 0.5, 400) && near(tally['500'], 0.5, 400), JSON.stringify(tally)).toBe(true)
  })
})
