import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  balancedFlow,
  balancedShares,
  balancedWeights,
  type ZoneLoad,
} from '../../src/locality/balanced-flow.ts'
import { cheapestTransport } from './cheapest-transport.ts'

const headrooms = fc.integer({ min: 0, max: 60 })
const amount = (max: number) => fc.oneof(fc.constant(0), fc.integer({ min: 0, max }))

/** Zones of three regions, many of them without demand or capacity; somewhere there is some of both. */
const fleets = fc
  .array(
    fc.record({ region: fc.constantFrom('r1', 'r2', 'r3'), demand: amount(1000), capacity: amount(40) }),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map(all => all.map((one, index): ZoneLoad => ({ ...one, zone: `zone-${index}` })))
  .filter(all => sum(all.map(one => one.demand)) > 0 && sum(all.map(one => one.capacity)) > 0)

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

/** How much of each zone's demand goes to each zone. */
function flows(zones: readonly ZoneLoad[], headroom: number): number[][] {
  const flow = balancedFlow(zones, headroom)
  return zones.map(from => {
    const shares = new Map(balancedShares(flow, from).map(({ zone, share }) => [zone, share]))
    return zones.map(to => from.demand * (shares.get(to.zone) ?? 0))
  })
}

function costsOf(zones: readonly ZoneLoad[], near: number, far: number): number[][] {
  return zones.map(from => zones.map(to => (from === to ? 0 : from.region === to.region ? near : far)))
}

function costOf(moved: readonly (readonly number[])[], costs: readonly (readonly number[])[]): number {
  return sum(moved.flatMap((row, from) => row.map((one, to) => one * (costs[from]?.[to] ?? 0))))
}

describe('no other plan is better', () => {
  test('the cost is that of the cheapest transport, whatever nearer and farther cost', () => {
    const price = fc.integer({ min: 1, max: 1000 })
    fc.assert(
      fc.property(fleets, headrooms, price, price, (zones, headroom, near, more) => {
        const [demand, capacity] = [sum(zones.map(one => one.demand)), sum(zones.map(one => one.capacity))]
        const costs = costsOf(zones, near, near + more)
        const supply = zones.map(one => one.demand * capacity * 100)
        const limits = zones.map(one => one.capacity * demand * (100 + headroom))
        const cheapest = cheapestTransport(supply, limits, costs) / (capacity * 100)
        expect(costOf(flows(zones, headroom), costs)).toBeCloseTo(cheapest, 5)
      }),
      { numRuns: 3000 },
    )
  })

  test('so says the trial of all plans for every way to put four requests and four endpoints into three zones', () => {
    const regions = ['r1r1r1', 'r1r1r2', 'r1r2r1', 'r2r1r1', 'r1r2r3'].map(all => all.match(/../g) ?? [])
    for (const demands of ways(4, 3))
      for (const capacities of ways(4, 3))
        for (const places of regions) {
          const zones = demands.map(
            (demand, index): ZoneLoad => ({
              region: places[index] ?? '',
              zone: `zone-${index}`,
              demand,
              capacity: capacities[index] ?? 0,
            }),
          )
          const costs = costsOf(zones, 1, 2)
          expect(costOf(flows(zones, 0), costs)).toBeCloseTo(cheapestOfAll(demands, capacities, costs), 9)
        }
  })
})

/** Every list of so many whole numbers with this sum. */
function ways(total: number, parts: number): number[][] {
  if (parts === 1) return [[total]]
  return Array.from({ length: total + 1 }, (_, first) => first).flatMap(first =>
    ways(total - first, parts - 1).map(rest => [first, ...rest]),
  )
}

function cheapestOfAll(demands: readonly number[], room: readonly number[], costs: number[][]): number {
  const [demand, ...others] = demands
  const [prices = [], ...otherCosts] = costs
  if (demand === undefined) return 0
  const found = ways(demand, room.length)
    .filter(row => row.every((one, to) => one <= (room[to] ?? 0)))
    .map(row => {
      const left = room.map((one, to) => one - (row[to] ?? 0))
      return costOf([row], [prices]) + cheapestOfAll(others, left, otherCosts)
    })
  return Math.min(...found)
}

describe('what always holds', () => {
  const rows = (zones: readonly ZoneLoad[], headroom: number) => {
    const flow = balancedFlow(zones, headroom)
    return zones.map(from => balancedWeights(flow, from))
  }

  test('all demand is served, by zones with capacity, and none is loaded above its limit', () => {
    fc.assert(
      fc.property(fleets, headrooms, (zones, headroom) => {
        const moved = flows(zones, headroom)
        const mean = sum(zones.map(one => one.demand)) / sum(zones.map(one => one.capacity))
        zones.forEach((zone, index) => {
          expect(sum(moved[index] ?? [])).toBeCloseTo(zone.demand, 8)
          const served = sum(moved.map(row => row[index] ?? 0))
          expect(served).toBeLessThanOrEqual(zone.capacity * mean * (1 + headroom / 100) + 1e-8)
        })
      }),
    )
  })

  test('weights are whole numbers from 1 that sum to 10,000', () => {
    fc.assert(
      fc.property(fleets, headrooms, (zones, headroom) => {
        for (const row of rows(zones, headroom)) {
          expect(sum(row.map(one => one.weight))).toBe(10_000)
          expect(row.every(one => Number.isInteger(one.weight) && one.weight >= 1)).toBe(true)
        }
      }),
    )
  })

  test('no zone keeps less than it would cluster-wide', () => {
    fc.assert(
      fc.property(fleets, headrooms, (zones, headroom) => {
        const capacity = sum(zones.map(one => one.capacity))
        rows(zones, headroom).forEach((row, index) => {
          const { zone, capacity: own } = zones[index] as ZoneLoad
          const kept = row.find(one => one.zone === zone)?.weight ?? 0
          expect(kept).toBeGreaterThanOrEqual(Math.floor((own / capacity) * 10_000 - 1e-6))
        })
      }),
    )
  })

  test('neither the order of the zones nor the unit of demand or capacity changes anything', () => {
    const factor = fc.integer({ min: 1, max: 1000 })
    const orders = fleets.chain(zones =>
      fc.tuple(fc.constant(zones), fc.shuffledSubarray(zones, { minLength: zones.length })),
    )
    fc.assert(
      fc.property(orders, headrooms, factor, factor, ([zones, shuffled], headroom, k, l) => {
        const other = shuffled.map(one => ({ ...one, demand: one.demand * k, capacity: one.capacity * l }))
        const [flow, otherFlow] = [balancedFlow(zones, headroom), balancedFlow(other, headroom)]
        for (const from of zones) {
          expect(balancedShares(otherFlow, from)).toEqual(balancedShares(flow, from))
          expect(balancedWeights(otherFlow, from)).toEqual(balancedWeights(flow, from))
        }
      }),
    )
  })

  test('zones at one distance are filled by the same fraction of their room', () => {
    fc.assert(
      fc.property(fleets, headrooms, (zones, headroom) => {
        const moved = flows(zones, headroom)
        const mean = sum(zones.map(one => one.demand)) / sum(zones.map(one => one.capacity))
        const filled = new Map<string, number>()
        zones.forEach((zone, index) => {
          const room = zone.capacity * mean * (1 + headroom / 100) - zone.demand
          if (room < 1e-6) return
          const taken = (sum(moved.map(row => row[index] ?? 0)) - zone.demand) / room
          expect(taken).toBeCloseTo(filled.get(zone.region) ?? taken, 4)
          filled.set(zone.region, taken)
        })
      }),
    )
  })

  test('a share moves by no more than the changed demand, headroom on top, is of all that its zone asks for', () => {
    const changes = fleets.chain(zones =>
      fc.tuple(
        fc.constant(zones),
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), {
          minLength: zones.length,
          maxLength: zones.length,
        }),
      ),
    )
    fc.assert(
      fc.property(changes, headrooms, ([before, steps], headroom) => {
        const after = before.map((one, index) => ({
          ...one,
          demand: Math.max(0, one.demand + (steps[index] ?? 0)),
        }))
        fc.pre(sum(after.map(one => one.demand)) > 0)
        const changed = sum(after.map((one, index) => Math.abs(one.demand - (before[index]?.demand ?? 0))))
        const [old, now] = [flows(before, headroom), flows(after, headroom)]
        before.forEach(({ demand }, from) => {
          const next = after[from]?.demand ?? 0
          if (Math.min(demand, next) < 1) return
          const limit = ((1 + headroom / 100) * changed) / Math.min(demand, next)
          before.forEach((_, to) => {
            const step = Math.abs((now[from]?.[to] ?? 0) / next - (old[from]?.[to] ?? 0) / demand)
            expect(step).toBeLessThanOrEqual(limit + 1e-9)
          })
        })
      }),
      { numRuns: 1000 },
    )
  })
})
