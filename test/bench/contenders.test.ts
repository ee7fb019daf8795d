import { expect, test } from 'vitest'
import { contenders } from '../../bench/compare/contenders.ts'
import { figuresOf } from './figures.ts'

const SERVERS = ['vicinity', 'snapshot', 'linear']

test('a peer that is best in no column does not run again', () => {
  const figures = [
    figuresOf({ server: 'vicinity', cpu: 9 }),
    { ...figuresOf({ server: 'snapshot', cpu: 3, readyP99: 30 }), ...worseElsewhere() },
    figuresOf({ server: 'linear', cpu: 2, readyP99: 20 }),
  ]
  expect(contenders(SERVERS, figures)).toEqual(['vicinity', 'linear'])
})

test('a peer that is best in one column runs again', () => {
  const figures = [
    { ...figuresOf({ server: 'snapshot' }), ...worseElsewhere(), rssMiB: { empty: 2, ready: 0.5, end: 2 } },
    figuresOf({ server: 'linear' }),
  ]
  expect(contenders(SERVERS, figures)).toEqual(SERVERS)
})

test('a peer that failed runs again', () => {
  expect(contenders(SERVERS, [figuresOf({ server: 'linear' })])).toEqual(SERVERS)
})

/** In what the figures of tests have equal. */
function worseElsewhere() {
  const { ready } = figuresOf({ server: 'snapshot', readyP99: 30 })
  const push = { changed: 1, ms: { p50: 9, p99: 9, max: 9 }, cpuSeconds: 3 }
  return {
    ready: { ...ready, cpuSeconds: 2 },
    rssMiB: { empty: 2, ready: 2, end: 2 },
    pushes: [{ ...push, bytesPerStream: 1, responsesPerStream: 1, repetitions: [] }],
  }
}
