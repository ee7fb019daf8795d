import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RunningTime } from '../../src/xds/running-time.ts'

let clock: number
let time: RunningTime

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  clock = 5_000
  time = new RunningTime(() => clock)
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
