import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { HeadWatch } from '../../src/store/thread/head-watch.ts'

/** A database at `revision`; `asked` counts questions, `told` has what was told. */
function watched() {
  const seen = { revision: 1, asked: 0, told: [] as number[], during: () => {} }
  const watch = new HeadWatch(
    async () => {
      seen.asked += 1
      const position = { revision: seen.revision, stamp: String(seen.revision) }
      await setImmediate()
      seen.during()
      return { position }
    },
    ({ position }) => seen.told.push(position.revision),
  )
  return { seen, watch }
}

test('a revision that was told is not asked about when it is heard of', async () => {
  const { seen, watch } = watched()
  await watch.look()
  await watch.look(1)
  expect(seen).toMatchObject({ asked: 1, told: [1] })
})

test('what is heard of while its answer is under way is not asked about again', async () => {
  const { seen, watch } = watched()
  seen.during = () => void watch.look(1)
  await watch.look()
  expect(seen).toMatchObject({ asked: 1, told: [1] })
})

test('what is heard of while an older answer is under way is asked about', async () => {
  const { seen, watch } = watched()
  seen.during = () => {
    seen.during = () => {}
    seen.revision = 2
    void watch.look(2)
  }
  await watch.look()
  expect(seen).toMatchObject({ asked: 2, told: [1, 2] })
})

test('an older revision than was told is asked about: the database may have failed over', async () => {
  const { seen, watch } = watched()
  seen.revision = 3
  await watch.look()
  seen.revision = 2
  await watch.look(2)
  expect(seen).toMatchObject({ asked: 2, told: [3, 2] })
})

test('what is heard of and not found is asked about once', async () => {
  const { seen, watch } = watched()
  await watch.look(5)
  expect(seen).toMatchObject({ asked: 1, told: [1] })
  await watch.look(6)
  expect(seen).toMatchObject({ asked: 2, told: [1] })
})
