import { expect, test } from 'vitest'
import type { Convergence } from '../../src/model/proxies.ts'
import { converge } from '../../src/operations/converge.ts'
import { World } from '../../src/translate/world.ts'

const ALL_ACKED: Convergence = { proxies: 1, acked: 1, nacked: [], pending: [] }

function scripted(reached: () => Promise<boolean>) {
  const log: string[] = []
  const timeouts: number[] = []
  const proxies = {
    watch() {
      log.push('watch')
      return {
        wait: async (revision: number, timeout: number) => {
          log.push(`wait ${revision}`)
          timeouts.push(timeout)
          expect(timeout).toBeGreaterThanOrEqual(0)
          return ALL_ACKED
        },
        close: () => void log.push('close'),
      }
    },
  }
  const logged = () => {
    log.push('reached')
    return reached()
  }
  const replica = { world: () => World.EMPTY, reached: logged }
  const write = async () => {
    log.push('write')
    return 7
  }
  return { log, timeouts, collaborators: { proxies, replica }, write }
}

test('the watch begins before the write, and ends after the answers', async () => {
  const { log, collaborators, write } = scripted(async () => true)
  const { convergence } = await converge(collaborators, 1, write, revision => revision)
  expect(convergence).toEqual(ALL_ACKED)
  expect(log).toEqual(['watch', 'write', 'reached', 'wait 7', 'close'])
})

test('a replica whose feed hangs costs no more than the time that was asked for', async () => {
  const { log, collaborators, write } = scripted(() => new Promise(() => {}))
  await converge(collaborators, 0.02, write, revision => revision)
  expect(log).toEqual(['watch', 'write', 'reached', 'wait 7', 'close'])
})

test('what the database has lost is not waited for: no proxy will get it', async () => {
  const { timeouts, collaborators, write } = scripted(async () => false)
  const { convergence } = await converge(collaborators, 60, write, revision => revision)
  expect(convergence).toEqual(ALL_ACKED)
  expect(timeouts).toEqual([0])
})

test('what wrote nothing waits for nobody', async () => {
  const { log, collaborators, write } = scripted(async () => true)
  expect((await converge(collaborators, 1, write, () => null)).convergence).toBeUndefined()
  expect(log).toEqual(['watch', 'write', 'close'])
})

test('a write that fails closes its watch', async () => {
  const { log, collaborators } = scripted(async () => true)
  const fail = () => Promise.reject(new Error('no'))
  await expect(converge(collaborators, 1, fail, () => 1)).rejects.toThrow('no')
  expect(log).toEqual(['watch', 'close'])
})
