import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PriorityLoad, priorityLoads } from '../../src/locality/priority-load.ts'

/** Envoy's own defaults, which its documentation counts with. */
const DEFAULTS = { factor: 140, panicThreshold: 50 }

/** Priorities of a hundred endpoints each, of which so many are healthy. */
function percents(...healthy: readonly number[]) {
  return healthy.map(one => ({ endpoints: 100, healthy: one }))
}

function loads(given: readonly PriorityLoad[]): number[] {
  return given.map(({ load }) => load)
}

describe("Envoy's documentation of priority levels", () => {
  const table: readonly (readonly [healthy: readonly number[], traffic: readonly number[]])[] = [
    [[100], [100]],
    [
      [100, 100],
      [100, 0],
    ],
    [
      [72, 72],
      [100, 0],
    ],
    [
      [71, 71],
      [99, 1],
    ],
    [
      [50, 50],
      [70, 30],
    ],
    [
      [25, 100],
      [35, 65],
    ],
    [
      [25, 25],
      [50, 50],
    ],
    [
      [0, 100],
      [0, 100],
    ],
    [
      [100, 100, 100],
      [100, 0, 0],
    ],
    [
      [72, 72, 100],
      [100, 0, 0],
    ],
    [
      [71, 71, 100],
      [99, 1, 0],
    ],
    [
      [50, 50, 100],
      [70, 30, 0],
    ],
    [
      [25, 100, 100],
      [35, 65, 0],
    ],
    [
      [25, 25, 100],
      [35, 35, 30],
    ],
    // The page has 36, 36, 28; Envoy gives all that rounding leaves to the first (load_balancer_impl.cc).
    [
      [25, 25, 20],
      [37, 35, 28],
    ],
  ]

  test.each(table)('with %j per cent healthy gives %j per cent of the traffic', (healthy, traffic) => {
    // Without panic, which the page leaves out of account.
    expect(loads(priorityLoads(percents(...healthy), { factor: 140, panicThreshold: 0 }))).toEqual(traffic)
  })
})

describe("Envoy's documentation of the panic threshold", () => {
  const table: readonly (readonly [healthy: number[], traffic: number[], panics: boolean[]])[] = [
    [
      [72, 100],
      [100, 0],
      [false, false],
    ],
    [
      [71, 100],
      [99, 1],
      [false, false],
    ],
    [
      [50, 100],
      [70, 30],
      [false, false],
    ],
    [
      [25, 100],
      [35, 65],
      [false, false],
    ],
    [
      [0, 100],
      [0, 100],
      [false, false],
    ],
    [
      [72, 72],
      [100, 0],
      [false, false],
    ],
    [
      [71, 71],
      [99, 1],
      [false, false],
    ],
    [
      [50, 60],
      [70, 30],
      [false, false],
    ],
    [
      [25, 25],
      [50, 50],
      [true, true],
    ],
    // 7 and 91 of 98; the page has 7 and 93, Envoy gives what rounding leaves to the first.
    [
      [5, 65],
      [8, 92],
      [true, false],
    ],
  ]

  test.each(table)('with %j per cent healthy gives %j, panic %j', (healthy, traffic, panics) => {
    const given = priorityLoads(percents(...healthy), DEFAULTS)
    expect(loads(given)).toEqual(traffic)
    expect(given.map(one => one.panics)).toEqual(panics)
  })
})

test('when all are down requests go to all by their number, the rest of rounding to the first', () => {
  const down = [
    { endpoints: 4, healthy: 0 },
    { endpoints: 1, healthy: 0 },
    { endpoints: 1, healthy: 0 },
  ]
  expect(priorityLoads(down, { factor: 100_000, panicThreshold: 1 })).toEqual([
    { load: 68, panics: true },
    { load: 16, panics: true },
    { load: 16, panics: true },
  ])
})

test('a threshold of 0 never panics, not even when all are down', () => {
  expect(priorityLoads(percents(0, 0), { factor: 140, panicThreshold: 0 })).toEqual([
    { load: 100, panics: false },
    { load: 0, panics: false },
  ])
})

test('one healthy endpoint of a thousand keeps all the traffic by our factor, and one more is too many', () => {
  const ours = { factor: 100_000, panicThreshold: 1 }
  expect(loads(priorityLoads([{ endpoints: 1000, healthy: 1 }, ...percents(100)], ours))).toEqual([100, 0])
  expect(loads(priorityLoads([{ endpoints: 1001, healthy: 1 }, ...percents(100)], ours))).toEqual([99, 1])
})

test('loads are whole numbers of 100 together, and only a panic gives any to whom nobody is healthy', () => {
  const priority = fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 40 }))
    .map(([endpoints, healthy]) => ({ endpoints, healthy: Math.min(healthy, endpoints) }))
  fc.assert(
    fc.property(
      fc.array(priority, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 100, max: 100_000 }),
      fc.integer({ min: 1, max: 100 }),
      (priorities, factor, panicThreshold) => {
        const given = priorityLoads(priorities, { factor, panicThreshold })
        expect(loads(given).reduce((total, one) => total + one, 0)).toBe(100)
        given.forEach(({ load, panics }, index) => {
          expect(Number.isInteger(load) && load >= 0).toBe(true)
          if (load > 0 && !panics) expect(priorities[index]?.healthy).toBeGreaterThan(0)
        })
      },
    ),
  )
})
