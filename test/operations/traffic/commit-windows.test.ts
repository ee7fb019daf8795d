import { expect, test } from 'vitest'
import { commitWindows } from '../../../src/operations/traffic/commit-windows.ts'
import { HOUR, MINUTE } from '../../../src/store/traffic/traffic.ts'

const NOW = Date.parse('2026-03-01T12:37:20Z')

function windows(commit: string, length: number, now = NOW) {
  const { before, after } = commitWindows(Date.parse(`2026-03-01T${commit}Z`), length, now)
  const time = (one: number) => new Date(one).toISOString().slice(11, 16)
  return [before, after].map(one => (one === undefined ? 'not yet' : `${time(one.from)}-${time(one.to)}`))
}

test.each([
  [
    'ends with the minute before the commit, and begins with the one after',
    '12:00:15',
    ['11:50-12:00', '12:01-12:11'],
  ],
  ['leaves out a minute of which reports come late', '12:00:45', ['11:50-12:00', '12:02-12:12']],
  ['goes on until now', '12:30:00', ['12:20-12:30', '12:31-12:38']],
  ['has not begun where the commit was just now', '12:37:10', ['12:27-12:37', 'not yet']],
  ['has hours where minutes are summed up', '10:05:00', ['09:00-10:00', '11:00-12:00']],
])('what is measured around a commit %s', (_, commit, expected) => {
  expect(windows(commit, 10 * MINUTE)).toEqual(expected)
})

test('a window of hours is rounded up', () => {
  expect(windows('06:30:00', 90 * MINUTE)).toEqual(['04:00-06:00', '07:00-09:00'])
  expect(commitWindows(NOW - 24 * HOUR, MINUTE, NOW).before.step).toBe(HOUR)
})
