import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Viewpoint } from '../../src/model/viewpoint.ts'
import { FleetDemand } from '../../src/replica/demand-meter.ts'
import { Reporters } from '../../src/xds/load-reports/reporters.ts'
import { ViewpointCensus } from '../../src/xds/tables/viewpoint-census.ts'
import { viewpoint } from '../support/candidate.ts'

const WINDOW = 30_000
const BEAT = 5_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function opened(locate: (viewpoint: Viewpoint) => Viewpoint = one => one, hold = 0) {
  const census = new ViewpointCensus()
  const reporters = new Reporters(WINDOW)
  const meter = new FleetDemand({ census, reporters, locate, window: WINDOW, hold, beat: BEAT })
  const told = vi.fn()
  meter.subscribe(told)
  const read = () =>
    Object.fromEntries(meter.read().map(({ region, zone, demand }) => [`${region}/${zone}`, demand]))
  return { census, reporters, meter, told, read }
}

test('a zone asks as much as proxies are connected from it, wherever in it they stand', () => {
  const { census, told, read } = opened()
  census.count(viewpoint('zone-a', 'node-1'))
  census.count(viewpoint('zone-a', 'node-2', { source: 'east' }))
  census.count(viewpoint('zone-b'))
  census.count(viewpoint('zone-a', '', { region: 'r2' }))
  expect(read()).toEqual({ 'r1/zone-a': 2, 'r1/zone-b': 1, 'r2/zone-a': 1 })
  expect(told).toHaveBeenCalledTimes(4)
})

test('proxies of which no zone is known do not count', () => {
  const { census, told, read } = opened()
  census.count(viewpoint(''))()
  expect(read()).toEqual({})
  expect(told).not.toHaveBeenCalled()
})

test('a region that is known later counts from then on', () => {
  let region = ''
  const { census, read } = opened(one => (one.region === '' ? { ...one, region } : one))
  census.count(viewpoint('zone-a', '', { region: '' }))
  census.count(viewpoint('zone-a'))
  expect(read()).toEqual({ '/zone-a': 1, 'r1/zone-a': 1 })
  region = 'r1'
  expect(read()).toEqual({ 'r1/zone-a': 2 })
})

test('who leaves counts for the window, and then tells', async () => {
  const { census, told, read } = opened()
  const leave = [census.count(viewpoint('zone-a')), census.count(viewpoint('zone-a'))]
  leave[0]?.()
  await vi.advanceTimersByTimeAsync(10_000)
  leave[1]?.()
  told.mockClear()
  await vi.advanceTimersByTimeAsync(WINDOW - 10_001)
  expect(read()).toEqual({ 'r1/zone-a': 2 })
  expect(told).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(told).toHaveBeenCalledTimes(1)
  expect(read()).toEqual({ 'r1/zone-a': 1 })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(told).toHaveBeenCalledTimes(2)
  expect(read()).toEqual({})
})

test('a fleet that comes back within the window was never away', async () => {
  const { census, read } = opened()
  const leave = Array.from({ length: 10 }, () => census.count(viewpoint('zone-a')))
  for (const one of leave) one()
  await vi.advanceTimersByTimeAsync(WINDOW / 2)
  for (let index = 0; index < 10; index += 1) {
    census.count(viewpoint('zone-a'))
    expect(read()).toEqual({ 'r1/zone-a': 10 })
  }
  await vi.advanceTimersByTimeAsync(WINDOW)
  expect(read()).toEqual({ 'r1/zone-a': 10 })
})

test('nothing is told when it is closed', async () => {
  const { census, meter, told } = opened()
  const leave = census.count(viewpoint('zone-a'))
  leave()
  told.mockClear()
  meter.close()
  census.count(viewpoint('zone-a'))
  await vi.advanceTimersByTimeAsync(2 * WINDOW)
  expect(told).not.toHaveBeenCalled()
})

describe('where proxies report what they send', () => {
  const at = (zone: string) => ({ gateway: 'default/edge', viewpoint: viewpoint(zone) })
  /** An Envoy that is connected and reports. */
  function envoy({ census, reporters }: ReturnType<typeof opened>, zone: string) {
    census.count(viewpoint(zone))
    return reporters.join(at(zone))
  }

  test('a zone asks for the requests a second that they send', async () => {
    const fleet = opened()
    const [a, b] = [envoy(fleet, 'zone-a'), envoy(fleet, 'zone-b')]
    envoy(fleet, 'zone-b')
    await vi.advanceTimersByTimeAsync(BEAT)
    expect(fleet.read()).toEqual({ 'r1/zone-a': 1, 'r1/zone-b': 2 })
    await vi.advanceTimersByTimeAsync(10_000 - BEAT)
    fleet.told.mockClear()
    a.report(800)
    b.report(200)
    await vi.advanceTimersByTimeAsync(BEAT)
    expect(fleet.told).toHaveBeenCalled()
    expect(fleet.read()).toEqual({ 'r1/zone-a': 80, 'r1/zone-b': 20 })
    expect(fleet.meter.own()).toEqual([
      { region: 'r1', zone: 'zone-a', proxies: 1, reporters: 1, rate: 80 },
      { region: 'r1', zone: 'zone-b', proxies: 2, reporters: 2, rate: 20 },
    ])
  })

  test('one Envoy that does not report makes proxies the unit of all, once the window has passed', async () => {
    const fleet = opened()
    const a = envoy(fleet, 'zone-a')
    await vi.advanceTimersByTimeAsync(10_000)
    a.report(800)
    await vi.advanceTimersByTimeAsync(BEAT)
    expect(fleet.read()).toEqual({ 'r1/zone-a': 80 })
    fleet.census.count(viewpoint('zone-b'))
    expect(fleet.read()).toEqual({ 'r1/zone-a': 80 })
    fleet.told.mockClear()
    await vi.advanceTimersByTimeAsync(WINDOW)
    expect(fleet.told).toHaveBeenCalled()
    expect(fleet.read()).toEqual({ 'r1/zone-a': 1, 'r1/zone-b': 1 })
  })

  test('a fleet whose reports come back some seconds after it was never away', async () => {
    const fleet = opened()
    const leave = fleet.census.count(viewpoint('zone-a'))
    const before = fleet.reporters.join(at('zone-a'))
    await vi.advanceTimersByTimeAsync(10_000)
    before.report(500)
    await vi.advanceTimersByTimeAsync(BEAT)
    expect(fleet.read()).toEqual({ 'r1/zone-a': 50 })
    leave()
    before.leave()
    await vi.advanceTimersByTimeAsync(500)
    fleet.census.count(viewpoint('zone-a'))
    for (let passed = 0; passed < 5_000; passed += 1_000) {
      await vi.advanceTimersByTimeAsync(1_000)
      expect(fleet.read()).toEqual({ 'r1/zone-a': 50 })
    }
    const again = fleet.reporters.join(at('zone-a'))
    for (let passed = 0; passed < 2 * WINDOW; passed += 10_000) {
      await vi.advanceTimersByTimeAsync(10_000)
      again.report(500)
      expect(fleet.read()).toEqual({ 'r1/zone-a': 50 })
    }
  })

  test('what stops being sent counts for the window', async () => {
    const fleet = opened()
    const [a, b] = [envoy(fleet, 'zone-a'), envoy(fleet, 'zone-b')]
    await vi.advanceTimersByTimeAsync(10_000)
    a.report(1_000)
    b.report(150)
    for (let passed = 10_000; passed <= 90_000; passed += 10_000) {
      await vi.advanceTimersByTimeAsync(10_000)
      a.report(0)
      b.report(150)
      if (passed <= 40_000) expect(fleet.read()).toEqual({ 'r1/zone-a': 100, 'r1/zone-b': 15 })
    }
    expect(fleet.read()).toEqual({ 'r1/zone-b': 15 })
  })

  test('of all replicas the sums count; one of a version that takes no reports makes proxies the unit', async () => {
    const fleet = opened()
    const a = envoy(fleet, 'zone-a')
    await vi.advanceTimersByTimeAsync(10_000)
    a.report(300)
    const theirs = { region: 'r1', zone: 'zone-a', proxies: 2, reporters: 2, rate: 40 }
    fleet.meter.hear([theirs, { ...theirs, zone: 'zone-b', rate: 7 }])
    await vi.advanceTimersByTimeAsync(BEAT)
    expect(fleet.read()).toEqual({ 'r1/zone-a': 70, 'r1/zone-b': 7 })
    fleet.meter.hear([theirs, { region: 'r1', zone: 'zone-c', proxies: 1 }])
    fleet.read()
    await vi.advanceTimersByTimeAsync(WINDOW)
    expect(fleet.read()).toEqual({ 'r1/zone-a': 3, 'r1/zone-c': 1 })
  })
})

describe('with other replicas', () => {
  const HOLD = 8_000
  const counts = (proxies: number) => [{ region: 'r1', zone: 'zone-a', proxies }]

  test('a zone asks as much as proxies are connected to all of them, once that has lasted', async () => {
    const { census, meter, told, read } = opened(one => one, HOLD)
    census.count(viewpoint('zone-a'))
    meter.hear([...counts(2), ...counts(3), { region: 'r1', zone: 'zone-b', proxies: 1 }])
    expect(read()).toEqual({})
    await vi.advanceTimersByTimeAsync(HOLD)
    expect(told).toHaveBeenCalled()
    expect(read()).toEqual({ 'r1/zone-a': 6, 'r1/zone-b': 1 })
    expect(meter.own()).toEqual([{ region: 'r1', zone: 'zone-a', proxies: 1, reporters: 0, rate: 0 }])
  })

  test('proxies that move here from a replica that died, and is believed to be there, do not count twice', async () => {
    const { census, meter, read } = opened(one => one, HOLD)
    meter.hear(counts(10))
    await vi.advanceTimersByTimeAsync(HOLD)
    for (let index = 0; index < 10; index += 1) census.count(viewpoint('zone-a'))
    await vi.advanceTimersByTimeAsync(HOLD - 1_000)
    meter.hear([])
    for (let passed = 0; passed < 2 * WINDOW; passed += 1_000) {
      await vi.advanceTimersByTimeAsync(1_000)
      expect(read()).toEqual({ 'r1/zone-a': 10 })
    }
  })
})
