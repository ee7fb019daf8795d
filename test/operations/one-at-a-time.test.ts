import { expect, test } from 'vitest'
import { OneAtATime } from '../../src/operations/one-at-a-time.ts'

test('the next begins when the one before is over, however that ended', async () => {
  const queue = new OneAtATime()
  const log: string[] = []
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  const run = (name: string, act: () => Promise<unknown>) =>
    queue.run(async () => {
      log.push(`${name} begins`)
      await act()
      log.push(`${name} ends`)
      return name
    })
  const first = run('first', () => held)
  const second = run('second', () => Promise.reject(new Error('no')))
  const third = run('third', async () => {})
  await Promise.resolve()
  expect(log).toEqual(['first begins'])
  release()
  expect(await first).toBe('first')
  await expect(second).rejects.toThrow('no')
  expect(await third).toBe('third')
  expect(log).toEqual(['first begins', 'first ends', 'second begins', 'third begins', 'third ends'])
})
