import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Reporters } from '../../../src/xds/load-reports/reporters.ts'
import { viewpoint } from '../../support/candidate.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const WINDOW = 30_000
const at = (zone: string, gateway = 'default/edge') => ({ gateway, viewpoint: viewpoint(zone) })

/** Reporters that each send so many requests within ten seconds. */
async function reported(...all: readonly (readonly [zone: string, requests: number, gateway?: string])[]) {
  const reporters = new Reporters(WINDOW)
  const joined = all.map(([zone, , gateway]) => reporters.join(at(zone, gateway)))
  await vi.advanceTimersByTimeAsync(10_000)
  joined.forEach((one, index) => {
    one.report(all[index]?.[1] ?? 0)
  })
  return { reporters, joined }
}

test('a zone sends what its proxies send together', async () => {
  const { reporters } = await reported(['zone-a', 100], ['zone-a', 50], ['zone-b', 10])
  expect(reporters.zones()).toEqual([
    { region: 'r1', zone: 'zone-a', reporters: 2, rate: 15 },
    { region: 'r1', zone: 'zone-b', reporters: 1, rate: 1 },
  ])
})

test('one that has not reported yet is there, and sends nothing', () => {
  const reporters = new Reporters(WINDOW)
  reporters.join(at('zone-a'))
  expect(reporters.zones()).toEqual([{ region: 'r1', zone: 'zone-a', reporters: 1, rate: 0 }])
})

test('one that lies moves its zone by 3 times what its peers send: those of its gateway in its zone', async () => {
  const { reporters } = await reported(
    ['zone-a', 100],
    ['zone-a', 100],
    ['zone-a', 1e9],
    ['zone-a', 5_000, 'default/internal'],
    ['zone-b', 20],
  )
  expect(reporters.zones().map(one => one.rate)).toEqual([10 + 10 + 30 + 500, 2])
})

test('one of which no zone is known is in none', async () => {
  const { reporters } = await reported(['', 100])
  expect(reporters.zones()).toEqual([])
})

test('who leaves sends nothing any more, and everything is told', async () => {
  const { reporters, joined } = await reported(['zone-a', 100])
  const told = vi.fn()
  const unsubscribe = reporters.subscribe(told)
  joined[0]?.report(0)
  joined[0]?.leave()
  expect(reporters.zones()).toEqual([])
  expect(told).toHaveBeenCalledTimes(2)
  unsubscribe()
  reporters.join(at('zone-a'))
  expect(told).toHaveBeenCalledTimes(2)
})
