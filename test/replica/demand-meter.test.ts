import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Viewpoint } from '../../src/model/viewpoint.ts'
import { ConnectedProxies } from '../../src/replica/demand-meter.ts'
import { ViewpointCensus } from '../../src/xds/viewpoint-census.ts'
import { viewpoint } from '../support/candidate.ts'

const WINDOW = 30_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function opened(locate: (viewpoint: Viewpoint) => Viewpoint = one => one, hold = 0) {
  const census = new ViewpointCensus()
  const meter = new ConnectedProxies(census, locate, WINDOW, hold)
  const told = vi.fn()
  meter.subscribe(told)
  const read = () =>
    Object.fromEntries(meter.read().map(({ region, zone, demand }) => [`${region}/${zone}`, demand]))
  return { census, meter, told, read }
}

test('a zone asks as much as proxies are connected from it, wherever in it they stand', () => {
  const { census, told, read } = opened()
  census.join(viewpoint('zone-a', 'node-1'))
  census.join(viewpoint('zone-a', 'node-2', { source: 'east' }))
  census.join(viewpoint('zone-b'))
  census.join(viewpoint('zone-a', '', { region: 'r2' }))
  expect(read()).toEqual({ 'r1/zone-a': 2, 'r1/zone-b': 1, 'r2/zone-a': 1 })
  expect(told).toHaveBeenCalledTimes(4)
})

test('proxies of which no zone is known do not count', () => {
  const { census, told, read } = opened()
  census.join(viewpoint(''))()
  expect(read()).toEqual({})
  expect(told).not.toHaveBeenCalled()
})

test('a region that is known later counts from then on', () => {
  let region = ''
  const { census, read } = opened(one => (one.region === '' ? { ...one, region } : one))
  census.join(viewpoint('zone-a', '', { region: '' }))
  census.join(viewpoint('zone-a'))
  expect(read()).toEqual({ '/zone-a': 1, 'r1/zone-a': 1 })
  region = 'r1'
  expect(read()).toEqual({ 'r1/zone-a': 2 })
})

test('who leaves counts for the window, and then tells', async () => {
  const { census, told, read } = opened()
  const leave = [census.join(viewpoint('zone-a')), census.join(viewpoint('zone-a'))]
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
  const leave = Array.from({ length: 10 }, () => census.join(viewpoint('zone-a')))
  for (const one of leave) one()
  await vi.advanceTimersByTimeAsync(WINDOW / 2)
  for (let index = 0; index < 10; index += 1) {
    census.join(viewpoint('zone-a'))
    expect(read()).toEqual({ 'r1/zone-a': 10 })
  }
  await vi.advanceTimersByTimeAsync(WINDOW)
  expect(read()).toEqual({ 'r1/zone-a': 10 })
})

test('nothing is told when it is closed', async () => {
  const { census, meter, told } = opened()
  const leave = census.join(viewpoint('zone-a'))
  leave()
  told.mockClear()
  meter.close()
  census.join(viewpoint('zone-a'))
  await vi.advanceTimersByTimeAsync(2 * WINDOW)
  expect(told).not.toHaveBeenCalled()
})

describe('with other replicas', () => {
  const HOLD = 8_000
  const counts = (proxies: number) => [{ region: 'r1', zone: 'zone-a', proxies }]

  test('a zone asks as much as proxies are connected to all of them, once that has lasted', async () => {
    const { census, meter, told, read } = opened(one => one, HOLD)
    census.join(viewpoint('zone-a'))
    meter.hear([...counts(2), ...counts(3), { region: 'r1', zone: 'zone-b', proxies: 1 }])
    expect(read()).toEqual({})
    await vi.advanceTimersByTimeAsync(HOLD)
    expect(told).toHaveBeenCalled()
    expect(read()).toEqual({ 'r1/zone-a': 6, 'r1/zone-b': 1 })
    expect(meter.own()).toEqual(counts(1))
  })

  test('proxies that move here from a replica that died, and is believed to be there, do not count twice', async () => {
    const { census, meter, read } = opened(one => one, HOLD)
    meter.hear(counts(10))
    await vi.advanceTimersByTimeAsync(HOLD)
    for (let index = 0; index < 10; index += 1) census.join(viewpoint('zone-a'))
    await vi.advanceTimersByTimeAsync(HOLD - 1_000)
    meter.hear([])
    for (let passed = 0; passed < 2 * WINDOW; passed += 1_000) {
      await vi.advanceTimersByTimeAsync(1_000)
      expect(read()).toEqual({ 'r1/zone-a': 10 })
    }
  })
})

test('an Envoy with a stream for each type is one proxy', () => {
  const { census, read } = opened()
  census.join(viewpoint('zone-a'))
  census.join(viewpoint('zone-a'), false)
  expect(read()).toEqual({ 'r1/zone-a': 1 })
})
