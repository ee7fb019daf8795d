import { expect, test } from 'vitest'
import type { TrafficCell } from '../../../src/model/traffic.ts'
import { fitted } from '../../../src/store/traffic/fitted.ts'
import { cellKey } from '../../../src/store/traffic/rows.ts'

const cell = (service: string, requests: number, from = 'a', to = 'b', errors = 0): TrafficCell => ({
  minute: 0,
  service,
  from,
  to,
  requests,
  errors,
})
const line = ({ service, from, to, requests, errors }: TrafficCell) =>
  `${service} ${from} ${to} ${requests} ${errors}`
const keysOf = (...cells: TrafficCell[]) => new Set(cells.map(cellKey))

test('cells that have room stay as they are', () => {
  const cells = [cell('x', 1), cell('y', 2)]
  expect(fitted(cells, new Set(), 2)).toEqual(cells)
})

test('of new cells that have no room the smallest are added up, and what is there goes on', () => {
  const cells = [cell('x', 1), cell('y', 2, 'a', 'b', 1), cell('z', 3), cell('old', 1)]
  expect(fitted(cells, keysOf(cell('old', 9)), 1).map(line)).toEqual([
    'other a b 3 1',
    'z a b 3 0',
    'old a b 1 0',
  ])
})

test('services that are added up still tell their zones apart', () => {
  const cells = [cell('x', 1, 'a', 'a'), cell('y', 2, 'a', 'b'), cell('z', 3, 'a', 'a')]
  expect(fitted(cells, new Set(), 0).map(line)).toEqual(['other a a 4 0', 'other a b 2 0'])
})

test('as long as there are not too many of these: the rest is added up without its zones', () => {
  const there = Array.from({ length: 999 }, (_, index) => cell('other', 1, `z${index}`))
  const cells = [cell('x', 1, 'z1'), cell('x', 2, 'new'), cell('x', 3, 'newer'), cell('x', 4, 'newest')]
  expect(fitted(cells, keysOf(...there), -5).map(line)).toEqual([
    'other z1 b 1 0',
    'other new b 2 0',
    'other * * 7 0',
  ])
})
