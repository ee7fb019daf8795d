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
