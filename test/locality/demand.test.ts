import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BalancedZones, PlacedDemand } from '../../src/locality/balance.ts'
import { loadsOf } from '../../src/locality/balance.ts'
import { balancedFlow, balancedWeights } from '../../src/locality/balanced-flow.ts'
import { isNoticeable } from '../../src/locality/demand.ts'

const at = (zone: string) => ({ region: zone === 'x' ? 'r2' : 'r1', zone })
const zones = (capacities: Readonly<Record<string, number>>, headroom = 10): BalancedZones => ({
  capacities: Object.entries(capacities).map(([zone, capacity]) => ({ ...at(zone), capacity })),
  headroom,
})
const asked = (amounts: Readonly<Record<string, number>>): PlacedDemand[] =>
  Object.entries(amounts).map(([zone, demand]) => ({ ...at(zone), demand }))

describe('other demand is noticed', () => {
  const even = { a: 100, b: 100 }
  test.each<[string, boolean, Record<string, number>, Record<string, number>, Record<string, number>]>([
    ['by nobody where it is the same', false, even, { a: 8, b: 2 }, { a: 8, b: 2 }],
    ['by nobody where it is the same in another unit', false, even, { a: 8, b: 2 }, { a: 800, b: 200 }],
    // 110 may stay in a: 68.8 % of 160, 66.7 % of 165, 64.3 % of 171, 62.9 % of 175.
    ['not where a weight moves by less than 5 points', false, even, { a: 160, b: 40 }, { a: 165, b: 35 }],
    // But by the standing rows 117.6 stay.
    [
      'where one moves by less and a zone is loaded above its limit',
      true,
      even,
      { a: 160, b: 40 },
      { a: 171, b: 29 },
    ],
    ['where a weight moves by more', true, even, { a: 160, b: 40 }, { a: 175, b: 25 }],
    ['not where its zone keeps everything all the time', false, even, { a: 10, b: 10 }, { a: 11, b: 9 }],
    ['where nothing stands and a zone is overloaded', true, even, {}, { a: 8, b: 2 }],
    ['not where nothing stands and none is', false, even, {}, { a: 11, b: 10 }],
    [
      'not where a zone without endpoints begins to ask a little',
      false,
      { a: 1, b: 1 },
      { a: 1, b: 1 },
      { a: 20, b: 20, c: 1 },
    ],
    ['not by a service without endpoints', false, {}, { a: 8 }, { b: 8 }],
    ['not where nobody asks any more', false, even, { a: 8, b: 2 }, {}],
  ])('%s', (_title, expected, capacities, standing, now) => {
    expect(isNoticeable(zones(capacities), asked(standing), asked(now))).toBe(expected)
  })
})

const fleets = fc.record({
  headroom: fc.nat(50),
  capacities: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'x'), fc.integer({ min: 1, max: 40 }), {
    minKeys: 1,
  }),
  standing: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'x'), fc.integer({ min: 1, max: 500 }), {
    minKeys: 1,
  }),
})

test('what is written is not noticed again', () => {
  fc.assert(
    fc.property(fleets, ({ headroom, capacities, standing }) => {
      expect(isNoticeable(zones(capacities, headroom), asked(standing), asked(standing))).toBe(false)
    }),
  )
})

test('where nothing is noticed, no zone is loaded more than 5 points above its limit, and no weight is 5 points off', () => {
  fc.assert(
    fc.property(
      fleets,
      fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 5, maxLength: 5 }),
      (fleet, moves) => {
        const { headroom, standing } = fleet
        const balanced = zones(fleet.capacities, headroom)
        const now = Object.fromEntries(
          Object.entries(standing).map(([zone, amount], index) => [
            zone,
            Math.max(1, amount + (moves[index] ?? 0)),
          ]),
        )
        fc.pre(!isNoticeable(balanced, asked(standing), asked(now)))
        const [before, after] = [standing, now].map(one =>
          balancedFlow(loadsOf(balanced, asked(one)), headroom),
        )
        const loads: Record<string, number> = {}
        for (const { demand, ...from } of asked(now)) {
          const rows = [before, after].map(flow =>
            Object.fromEntries(flow ? balancedWeights(flow, from).map(one => [one.zone, one.weight]) : []),
          )
          for (const { zone } of balanced.capacities) {
            expect(Math.abs((rows[0]?.[zone] ?? 0) - (rows[1]?.[zone] ?? 0))).toBeLessThanOrEqual(500)
            loads[zone] = (loads[zone] ?? 0) + ((rows[0]?.[zone] ?? 0) / 10_000) * demand
          }
        }
        const total = Object.values(now).reduce((sum, one) => sum + one, 0)
        const capacity = Object.values(fleet.capacities).reduce((sum, one) => sum + one, 0)
        for (const [zone, amount] of Object.entries(fleet.capacities)) {
          const mean = (total * amount) / capacity
          expect((loads[zone] ?? 0) / mean).toBeLessThanOrEqual(1 + (headroom + 5) / 100 + 1e-9)
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('the order of zones changes nothing', () => {
  fc.assert(
    fc.property(fleets, fleets, ({ headroom, capacities, standing }, { standing: now }) => {
      const one = zones(capacities, headroom)
      const other = { ...one, capacities: [...one.capacities].reverse() }
      expect(isNoticeable(other, asked(standing).reverse(), asked(now).reverse())).toBe(
        isNoticeable(one, asked(standing), asked(now)),
      )
    }),
  )
})
