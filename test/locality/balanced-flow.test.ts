import { describe, expect, test } from 'vitest'
import { balancedFlow, balancedWeights, type ZoneLoad } from '../../src/locality/balanced-flow.ts'

/** Zones a, b, c… of region r1, or of the region before the slash: `zones(['a', 8, 3], ['r2/b', 1, 3])`. */
function zones(...all: readonly (readonly [place: string, demand: number, capacity: number])[]): ZoneLoad[] {
  return all.map(([place, demand, capacity]) => ({ ...placeOf(place), demand, capacity }))
}

function placeOf(place: string): { region: string; zone: string } {
  const [zone = '', region = 'r1'] = place.split('/').reverse()
  return { region, zone }
}

/** The weights of one zone's row: `{a: 4584, b: 2708}`. */
function weightsFrom(place: string, loads: readonly ZoneLoad[], headroom = 10): Record<string, number> {
  const row = balancedWeights(balancedFlow(loads, headroom), placeOf(place))
  return Object.fromEntries(row.map(({ zone, weight }) => [zone, weight]))
}

describe('demand of 8:1:1', () => {
  const inZone = (kept: readonly number[]) => (8 * (kept[0] ?? 0) + (kept[1] ?? 0) + (kept[2] ?? 0)) / 10

  // In-zone shares and the load of the busiest endpoint against the mean. PreferSameZone keeps all in its zone;
  // cluster-wide loads all endpoints alike.
  test.each([
    { endpoints: [3, 3, 3], balanced: [0.567, 1.1], preferSameZone: [1, 2.4], clusterWide: [0.333, 1] },
    { endpoints: [4, 4, 3], balanced: [0.6, 1.1], preferSameZone: [1, 2.2], clusterWide: [0.355, 1] },
    { endpoints: [10, 1, 1], balanced: [0.983, 1.1], preferSameZone: [1, 1.2], clusterWide: [0.683, 1] },
    { endpoints: [1, 1, 10], balanced: [0.283, 1.1], preferSameZone: [1, 9.6], clusterWide: [0.158, 1] },
  ])(
    'on endpoints of $endpoints: no endpoint is loaded 10 % above the mean, and what can stay stays',
    row => {
      const [a = 0, b = 0, c = 0] = row.endpoints
      const loads = zones(['a', 8, a], ['b', 1, b], ['c', 1, c])
      const all = a + b + c
      const perEndpoint = (served: readonly number[]) =>
        Math.max(...loads.map((one, index) => ((served[index] ?? 0) / 10) * (all / one.capacity)))

      const rows = loads.map(({ zone }) => weightsFrom(zone, loads))
      const kept = loads.map(({ zone }, index) => (rows[index]?.[zone] ?? 0) / 10_000)
      const served = loads.map(({ zone }) =>
        loads.reduce((sum, from, index) => sum + (from.demand * (rows[index]?.[zone] ?? 0)) / 10_000, 0),
      )
      expect(inZone(kept)).toBeCloseTo(row.balanced[0] ?? 0, 3)
      expect(perEndpoint(served)).toBeCloseTo(row.balanced[1] ?? 0, 3)
      expect(perEndpoint([8, 1, 1])).toBeCloseTo(row.preferSameZone[1] ?? 0, 3)
      expect(inZone([a / all, b / all, c / all])).toBeCloseTo(row.clusterWide[0] ?? 0, 3)
    },
  )

  test('what leaves the busy zone goes to the others as they have room', () => {
    const loads = zones(['a', 8, 4], ['b', 1, 4], ['c', 1, 3])
    // The mean is 10/11 for each endpoint, so the limits are 4, 4 and 3, and the room of b and c is 3 and 2.
    expect(weightsFrom('a', loads)).toEqual({ a: 5000, b: 3000, c: 2000 })
    expect(weightsFrom('b', loads)).toEqual({ b: 10_000 })
  })
})

describe('the nearest room is taken first', () => {
  test('another region gets only what its own has no room for', () => {
    // Limits of 11 each: 9 leave a, 6 of them find room in b.
    const loads = zones(['a', 20, 10], ['b', 5, 10], ['r2/c', 5, 10])
    expect(weightsFrom('a', loads)).toEqual({ a: 5500, b: 3000, c: 1500 })
    expect(weightsFrom('r2/c', loads)).toEqual({ c: 10_000 })
  })

  test('room that is too small is shared in proportion to what is asked of it', () => {
    // 6 and 10 leave a and b; c has room for 10 of them, the other region for the rest.
    const loads = zones(['a', 16, 10], ['b', 20, 10], ['c', 0, 10], ['r2/d', 4, 10])
    expect(weightsFrom('a', loads, 0)).toEqual({ a: 6250, c: 2344, d: 1406 })
    expect(weightsFrom('b', loads, 0)).toEqual({ b: 5000, c: 3125, d: 1875 })
  })

  test('a zone of the same name in another region is another zone', () => {
    const loads = zones(['a', 10, 0], ['r2/a', 0, 10], ['r2/b', 0, 10])
    expect(weightsFrom('a', loads)).toEqual({ a: 5000, b: 5000 })
    expect(weightsFrom('r2/a', loads)).toEqual({ a: 10_000 })
  })
})

describe('zones where something is missing', () => {
  test('a zone with demand and no capacity sends all of it to the nearest room', () => {
    const loads = zones(['a', 1, 0], ['b', 5, 10], ['r2/c', 6, 10])
    expect(weightsFrom('a', loads)).toEqual({ b: 10_000 })
  })

  test('a zone with capacity and no demand would keep its own first request', () => {
    const loads = zones(['a', 6, 2], ['b', 0, 4])
    expect(weightsFrom('b', loads)).toEqual({ b: 10_000 })
  })

  test('a zone that has neither, or that nobody has heard of, is sent to the nearest room', () => {
    // Limits of 5.5 each: there is room for 0.5 in a and for 2.5 in b.
    const loads = zones(['a', 5, 10], ['b', 3, 10], ['c', 0, 0], ['r2/d', 7, 10])
    const near = { a: 1667, b: 8333 }
    expect([weightsFrom('c', loads), weightsFrom('new', loads)]).toEqual([near, near])
    expect(weightsFrom('r3/new', loads)).toEqual(near)
  })

  test('one zone alone serves itself and everybody else', () => {
    const loads = zones(['a', 5, 3])
    expect([weightsFrom('a', loads, 0), weightsFrom('b', loads, 0)]).toEqual([{ a: 10_000 }, { a: 10_000 }])
  })

  test('without any demand a zone keeps its own, and one without capacity goes to the nearest by capacity', () => {
    const loads = zones(['a', 0, 1], ['b', 0, 3], ['c', 0, 0], ['r2/d', 0, 9])
    expect(weightsFrom('a', loads)).toEqual({ a: 10_000 })
    expect(weightsFrom('c', loads)).toEqual({ a: 2500, b: 7500 })
    expect(weightsFrom('c', loads, 0)).toEqual({ a: 2500, b: 7500 })
  })

  test('where all are exactly at their limits, a zone without capacity spreads over all', () => {
    const loads = zones(['a', 1, 1], ['r2/b', 3, 3])
    expect(weightsFrom('r2/new', loads, 0)).toEqual({ a: 2500, b: 7500 })
  })

  test('without any capacity there is nowhere to go', () => {
    expect(weightsFrom('a', zones(['a', 5, 0], ['b', 0, 0]))).toEqual({})
    expect(weightsFrom('a', [])).toEqual({})
  })
})

test('a zone that would get less than half a ten-thousandth is not named', () => {
  // The limit of a is 1,100,000: 10 or 100 too many.
  expect(weightsFrom('a', zones(['a', 1_100_010, 1], ['b', 899_990, 1]))).toEqual({ a: 10_000 })
  expect(weightsFrom('a', zones(['a', 1_100_100, 1], ['b', 899_900, 1]))).toEqual({ a: 9999, b: 1 })
})

test('headroom without end is PreferSameZone, no headroom loads all zones alike', () => {
  const loads = zones(['a', 8, 1], ['b', 1, 1], ['c', 1, 8])
  expect(weightsFrom('a', loads, 1_000_000)).toEqual({ a: 10_000 })
  expect(weightsFrom('a', loads, 0)).toEqual({ a: 1250, c: 8750 })
  expect(weightsFrom('b', loads, 0)).toEqual({ b: 10_000 })
})
