import { expect, test } from 'vitest'
import { DemandUnit, type ZoneProxies } from '../../src/replica/demand-unit.ts'

const WINDOW = 30_000

/** A zone with so many proxies, of which so many report, and what these send. */
type Row = readonly [proxies: number, reporters: number, rate: number]

function zones(rows: Readonly<Record<string, Row>>): ZoneProxies[] {
  return Object.entries(rows).map(([zone, [proxies, reporters, rate]]) => ({
    region: 'r1',
    zone,
    proxies,
    reporters,
    rate,
  }))
}

function opened() {
  const unit = new DemandUnit(WINDOW)
  return (rows: Readonly<Record<string, Row>>, now = 100_000) =>
    Object.fromEntries(unit.demand(zones(rows), now).map(({ zone, demand }) => [zone, demand]))
}

test.each<[string, Readonly<Record<string, Row>>, Readonly<Record<string, number>>]>([
  ['nobody reports', { a: [3, 0, 0], b: [2, 0, 0] }, { a: 3, b: 2 }],
  ['all report', { a: [3, 3, 80], b: [2, 2, 20] }, { a: 80, b: 20 }],
  ['half of the fleet reports', { a: [4, 4, 80], b: [4, 0, 0] }, { a: 4, b: 4 }],
  ['one small zone does not, however many others do', { a: [98, 98, 800], b: [2, 1, 9] }, { a: 98, b: 2 }],
  [
    'nine of ten report: the tenth is taken to send as much',
    { a: [10, 9, 90], b: [1, 1, 50] },
    { a: 100, b: 50 },
  ],
  ['one zone sends nothing', { a: [1, 1, 50], b: [1, 1, 0] }, { a: 50 }],
  ['rates have many digits', { a: [1, 1, 812.345], b: [1, 1, 0.123456] }, { a: 812, b: 0.123 }],
  ['hardly anything was sent yet', { a: [3, 3, 5], b: [2, 2, 4] }, { a: 3, b: 2 }],
  [
    'reporters are known of which no stream of discovery is',
    { a: [0, 2, 60], b: [0, 1, 20] },
    { a: 60, b: 20 },
  ],
  ['nobody is there', {}, {}],
])('where %s', (_, rows, expected) => {
  expect(opened()(rows)).toEqual(expected)
})

test('requests stay the unit down to four fifths, and come back from nine tenths', () => {
  const demand = opened()
  expect(demand({ a: [10, 9, 90] }, 1)).toEqual({ a: 100 })
  expect(demand({ a: [10, 8, 80] }, 100_000)).toEqual({ a: 100 })
  expect(demand({ a: [10, 7, 70] }, 200_000)).toEqual({ a: 10 })
  expect(demand({ a: [10, 8, 80] }, 300_000)).toEqual({ a: 10 })
  expect(demand({ a: [10, 9, 90] }, 400_000)).toEqual({ a: 100 })
})

test('while reports are missing for less than the window the last rates stand', () => {
  const unit = new DemandUnit(WINDOW)
  const demand = (rows: Readonly<Record<string, Row>>, now: number) =>
    unit.demand(zones(rows), now)[0]?.demand
  expect(demand({ a: [2, 2, 60] }, 1_000)).toBe(60)
  expect(unit.holdsUntil).toBeUndefined()
  expect(demand({ a: [4, 2, 70] }, 2_000)).toBe(60)
  expect(unit.holdsUntil).toBe(1_000 + WINDOW)
  expect(demand({ a: [4, 2, 80] }, 1_000 + WINDOW - 1)).toBe(60)
  expect(demand({ a: [4, 4, 90] }, 1_000 + WINDOW)).toBe(90)
  expect(demand({ a: [4, 0, 0] }, 1_000 + 2 * WINDOW)).toBe(4)
  expect(unit.holdsUntil).toBeUndefined()
})

test('while hardly anything is sent the last rates stand', () => {
  const demand = opened()
  expect(demand({ a: [1, 1, 80], b: [1, 1, 20] })).toEqual({ a: 80, b: 20 })
  expect(demand({ a: [1, 1, 1], b: [1, 1, 3] })).toEqual({ a: 80, b: 20 })
  expect(demand({ a: [1, 1, 5], b: [1, 1, 15] })).toEqual({ a: 5, b: 15 })
})
