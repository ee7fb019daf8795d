import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Departures } from '../../../src/xds/tables/departures.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('what a stream had is let go after a time, in the order in which streams ended', () => {
  const gone: string[] = []
  const departures = new Departures(1_000, () => undefined)
  departures.add(() => gone.push('first'))
  vi.advanceTimersByTime(600)
  departures.add(() => gone.push('second'))
  vi.advanceTimersByTime(399)
  expect(gone).toEqual([])
  vi.advanceTimersByTime(1)
  expect(gone).toEqual(['first'])
  vi.advanceTimersByTime(600)
  expect(gone).toEqual(['first', 'second'])
  departures.add(() => gone.push('third'))
  vi.advanceTimersByTime(1_000)
  expect(gone).toEqual(['first', 'second', 'third'])
})

test('without a time it is let go at once', () => {
  const gone: string[] = []
  new Departures(0, () => gone.push('afterwards')).add(() => gone.push('first'))
  expect(gone).toEqual(['first', 'afterwards'])
})

test('what comes of it is seen to once for all that were let go together', () => {
  const gone: string[] = []
  const departures = new Departures(1_000, () => gone.push('afterwards'))
  for (const name of ['first', 'second', 'third']) departures.add(() => gone.push(name))
  vi.advanceTimersByTime(1_000)
  expect(gone).toEqual(['first', 'second', 'third', 'afterwards'])
})
