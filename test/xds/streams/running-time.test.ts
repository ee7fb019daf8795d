import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RunningTime } from '../../../src/xds/streams/running-time.ts'

let clock: number
let wall: number
let time: RunningTime

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  clock = 5_000
  wall = 1_000_000
  time = new RunningTime(
    () => clock,
    () => wall,
  )
})
afterEach(() => {
  time.stop()
  vi.useRealTimers()
})

/** The process runs: its timers ring. */
function run(milliseconds: number): void {
  for (let passed = 0; passed < milliseconds; passed += 50) {
    clock += 50
    vi.advanceTimersByTime(50)
  }
}

test('time in which the process runs counts, whether somebody asks or not', () => {
  run(10_000)
  expect(time.now()).toBe(10_000)
  clock += 30
  expect(time.now()).toBe(10_030)
})

test('a pause counts as a moment: what was to be answered meanwhile is not given up', () => {
  run(1_000)
  clock += 3_600_000
  expect(time.now()).toBe(2_000)
  run(500)
  expect(time.now()).toBe(2_500)
})

test('a moment is dated by the wall, on whichever side of a pause it is', () => {
  run(10_000)
  clock += 3_600_000
  wall += 3_610_000
  run(2_000)
  expect([5_000, 10_000, 12_000].map(moment => time.dateOf(moment).getTime())).toEqual([
    1_005_000, 1_010_000, 4_611_000,
  ])
})
