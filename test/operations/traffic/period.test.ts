import { describe, expect, test } from 'vitest'
import { ageText } from '../../../src/model/duration.ts'
import { isRefusal } from '../../../src/operations/refusal.ts'
import { type AskedPeriod, periodOf } from '../../../src/operations/traffic/period.ts'
import { HOUR, MINUTE } from '../../../src/store/traffic/traffic.ts'

const NOW = Date.parse('2026-03-01T12:37:20Z')
const at = (time: string) => Date.parse(`2026-03-01T${time}:00Z`)

function told(asked: AskedPeriod) {
  const period = periodOf(asked, NOW)
  if (isRefusal(period)) throw new Error(JSON.stringify(period.problems))
  const time = (one: number) => new Date(one).toISOString().slice(5, 16)
  return `${time(period.from)} ${time(period.to)} ${ageText(period.step)}`
}

describe('the time of which traffic is told', () => {
  test.each([
    ['nothing', {}, '03-01T11:37 03-01T12:38 1m'],
    ['steps', { step: 5 * MINUTE }, '03-01T11:35 03-01T12:40 5m'],
    ['since this morning', { from: at('06:30') }, '03-01T06:00 03-01T13:00 1h'],
    ['an hour that is over', { from: at('10:00'), to: at('11:00') }, '03-01T10:00 03-01T11:00 1m'],
    ['an end alone', { to: at('09:30') }, '03-01T08:00 03-01T10:00 1h'],
    ['a month', { from: NOW - 30 * 24 * HOUR }, '01-30T12:00 03-01T18:00 6h'],
    ['days', { from: NOW - 48 * HOUR, step: 24 * HOUR }, '02-27T00:00 03-02T00:00 1d'],
  ])('where %s is asked for', (_, asked, expected) => {
    expect(told(asked)).toBe(expected)
  })

  test.each([
    ['the end comes first', { from: at('12:00'), to: at('11:00') }, '/from'],
    ['a step is nothing', { step: 0 }, '/step'],
    ['a step is seconds', { step: 90_000 }, '/step'],
    ['an hour is no multiple of the step', { step: 7 * MINUTE }, '/step'],
    ['a step is an hour and a half', { step: 90 * MINUTE }, '/step'],
    ['minutes are summed up already', { from: at('09:59'), step: MINUTE }, '/step'],
    ['there are too many steps', { from: NOW - 1_001 * HOUR, step: HOUR }, '/step'],
  ])('is refused where %s', (_, asked, pointer) => {
    expect(periodOf(asked, NOW)).toMatchObject({ refused: 'malformed', problems: [{ pointer }] })
  })
})
