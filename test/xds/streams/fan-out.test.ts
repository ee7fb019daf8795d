import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FanOut } from '../../../src/xds/streams/fan-out.ts'

/** Takes about 3 ms of the event loop. */
function work(): void {
  const end = performance.now() + 3
  while (performance.now() < end);
}

test('all are served, with turns for other work between', async () => {
  const served: number[] = []
  const fanOut = new FanOut<number>(one => {
    work()
    served.push(one)
  })
  const all = Array.from({ length: 20 }, (_, i) => i)
  fanOut.add(all)
  expect(served.length).toBeGreaterThan(0)
  expect(served.length).toBeLessThan(20)
  let turns = 0
  while (!fanOut.isIdle) {
    await nextTurn()
    turns += 1
  }
  expect(served).toEqual(all)
  expect(turns).toBeGreaterThan(3)
})

test('one that is added twice is served once, one that is removed not at all', async () => {
  const served: number[] = []
  const fanOut = new FanOut<number>(one => {
    work()
    served.push(one)
  })
  fanOut.add([1, 2, 3, 4, 5, 6])
  fanOut.add([5, 6])
  fanOut.remove(6)
  while (!fanOut.isIdle) await nextTurn()
  expect(served).toEqual([1, 2, 3, 4, 5])
})

test('who is to be told much waits until the others have been served, though he came first', async () => {
  const served: string[] = []
  const fanOut = new FanOut<string>(
    one => {
      work()
      served.push(one)
    },
    one => one.startsWith('joins'),
  )
  fanOut.add(['', ...Array.from({ length: 10 }, (_, i) => `joins ${i}`)])
  const before = served.length
  fanOut.add(['a', 'b'])
  while (!fanOut.isIdle) await nextTurn()
  const after = served.slice(before)
  expect(after.indexOf('b')).toBeLessThan(5)
  expect(after.slice(-4).every(one => one.startsWith('joins'))).toBe(true)
  expect(served).toHaveLength(13)
})

test('of those who are to be told much one is served in each turn, however many others wait', async () => {
  let joined = 0
  const fanOut = new FanOut<number>(
    one => {
      work()
      if (one < 0) joined += 1
    },
    one => one < 0,
  )
  fanOut.add([1, 2, 3, 4, -1, -2, -3])
  let turns = 0
  for (let another = 5; joined < 3; another += 2) {
    fanOut.add([another, another + 1])
    await nextTurn()
    turns += 1
  }
  expect(turns).toBeLessThan(10)
})
