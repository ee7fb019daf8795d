import { expect, test } from 'vitest'
import { type TrafficCount, TrafficTally } from '../../../src/xds/load-reports/traffic-tally.ts'

const MINUTE = 60_000

function count(fields: Partial<TrafficCount> = {}): TrafficCount {
  return { service: 'default/web', from: 'r1/zone-a', to: 'r1/zone-b', requests: 1, errors: 0, ...fields }
}

test('requests and errors of one minute between two zones are one cell', () => {
  const tally = new TrafficTally()
  tally.count(count({ requests: 3 }), MINUTE)
  tally.count(count({ requests: 4, errors: 2 }), 2 * MINUTE - 1)
  tally.count(count({ requests: 5 }), 2 * MINUTE)
  tally.count(count({ to: 'r1/zone-a' }), MINUTE)
  tally.count(count({ from: 'zone-c' }), MINUTE)
  tally.count(count({ service: 'default/cart' }), MINUTE)
  expect(tally.take()).toEqual([
    { ...count({ requests: 7, errors: 2 }), minute: MINUTE },
    { ...count({ requests: 5 }), minute: 2 * MINUTE },
    { ...count({ to: 'r1/zone-a' }), minute: MINUTE },
    { ...count({ from: 'zone-c' }), minute: MINUTE },
    { ...count({ service: 'default/cart' }), minute: MINUTE },
  ])
})

test('what counts nothing is no cell', () => {
  const tally = new TrafficTally()
  tally.count(count({ requests: 0 }), MINUTE)
  expect(tally.take()).toEqual([])
  tally.count(count({ requests: 0, errors: 1 }), MINUTE)
  expect(tally.take()).toHaveLength(1)
})

test('what was taken is not told again, and what comes meanwhile is told next', () => {
  const tally = new TrafficTally()
  tally.count(count(), MINUTE)
  const taken = tally.take()
  tally.count(count({ requests: 5 }), MINUTE)
  expect(taken).toEqual([{ ...count(), minute: MINUTE }])
  expect(tally.take()).toEqual([{ ...count({ requests: 5 }), minute: MINUTE }])
  expect(tally.take()).toEqual([])
})

test('what is given back is taken again, with what came meanwhile', () => {
  const tally = new TrafficTally()
  tally.count(count(), MINUTE)
  const taken = tally.take()
  tally.count(count({ requests: 5 }), MINUTE)
  tally.giveBack(taken)
  expect(tally.take()).toEqual([{ ...count({ requests: 6 }), minute: MINUTE }])
})

test('cells beyond the limit lose their services, then their zones, and never their numbers', () => {
  const tally = new TrafficTally(3, 5)
  for (let index = 0; index < 10; index += 1) {
    const from = `zone-${index}`
    tally.count(count({ service: `default/s${index}`, from, errors: index }), MINUTE)
    tally.count(count({ service: 'default/s0', from: 'zone-0' }), MINUTE)
  }
  expect(tally.take()).toEqual([
    { ...count({ service: 'default/s0', from: 'zone-0', requests: 11 }), minute: MINUTE },
    { ...count({ service: 'default/s1', from: 'zone-1', errors: 1 }), minute: MINUTE },
    { ...count({ service: 'default/s2', from: 'zone-2', errors: 2 }), minute: MINUTE },
    { ...count({ service: 'other', from: 'zone-3', errors: 3 }), minute: MINUTE },
    { ...count({ service: 'other', from: 'zone-4', errors: 4 }), minute: MINUTE },
    { ...count({ service: 'other', from: '*', to: '*', requests: 5, errors: 35 }), minute: MINUTE },
  ])
})
