import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { keyText } from '../../../src/model/entry.ts'
import { type Location, parseLocation } from '../../../src/store/location.ts'
import type { PartState, Store, StoredEntry } from '../../../src/store/store.ts'
import { openStore } from '../../../src/store/thread/open-store.ts'
import { emptySchema, onPostgres } from '../../support/postgres/on-postgres.ts'
import { digestOf } from '../naive-store.ts'
import { withoutOrder } from '../reader.ts'
import { Follower } from './follower.ts'
import { COUNTERS, counted, type Told, Writer } from './writers.ts'

const REPLICAS = 3
const WRITERS = 8
const STEPS = 12

await onPostgres(() => {
  describe('three replicas on one database, that eight writers write to at once', () => {
    let stores: Store[]
    let followers: Follower[]

    beforeEach(async () => {
      const location = parseLocation(await emptySchema()) as Location
      stores = await Promise.all(Array.from({ length: REPLICAS }, () => openStore(location)))
      followers = stores.map(store => new Follower(store))
    })
    afterEach(async () => {
      await Promise.all(followers.map(follower => follower.stop()))
      await Promise.all(stores.map(store => store.close()))
    })

    const cases: [string, boolean][] = [
      ['all history', false],
      ['what retention leaves of history', true],
    ]
    test.each(cases)(
      'tell one story, with %s',
      async (_, isPruned) => {
        const told: Told = { revisions: [], increments: new Map(), conflicts: 0 }
        const writers = Array.from(
          { length: WRITERS },
          (_, index) => new Writer(index, stores[index % REPLICAS] as Store, told),
        )
        let isOver = false
        const watching = [
          readWhile(stores[1] as Store, () => !isOver),
          ...(isPruned ? stores.map(store => pruneWhile(store, () => !isOver)) : []),
        ]
        await Promise.all(
          writers.map(async writer => {
            for (let step = 0; step < STEPS; step += 1) await writer.step()
          }),
        ).finally(() => {
          isOver = true
        })
        const mixed = (await Promise.all(watching)).flat()

        const [store] = stores as [Store, ...Store[]]
        const head = await store.head()
        expect(told.revisions.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: head }, (_, n) => n + 1),
        )
        expect(mixed, 'a part is read as it was at one revision').toEqual([])
        for (const source of COUNTERS) {
          const state = (await store.part(source, 'topology')) as PartState
          expect(counted(state), 'no update is lost').toBe(told.increments.get(source))
        }
        expect(told.conflicts).toBeGreaterThan(0)
        const entries = withoutOrder((await store.entries({})) as StoredEntry[])
        for (const follower of followers) {
          await vi.waitFor(() => expect(follower.revision).toBe(head), 5_000)
          expect(follower.state()).toEqual(entries)
          await follower.stop()
          expect(follower.wrong).toEqual([])
          expect(follower.compared).toBeGreaterThan(0)
        }
      },
      60_000,
    )
  })
})

/** Reads parts of all sources, whose digests must be those of their entries; resolves to those that are not. */
async function readWhile(store: Store, isOn: () => boolean): Promise<string[]> {
  const wrong: string[] = []
  for (let last = false; !last; ) {
    last = !isOn()
    const head = await store.head()
    for (const { source, parts } of await store.sources()) {
      for (const { part } of parts) {
        for (const revision of [undefined, head, Math.max(1, head - 20), head + 1_000]) {
          const state = await store.part(source, part, revision)
          if (state === null || 'outcome' in state) continue
          const content = new Map(state.entries.map(entry => [keyText(entry), entry as StoredEntry]))
          if (digestOf(content) !== state.digest) wrong.push(`${source}/${part} at ${revision ?? 'now'}`)
        }
      }
    }
  }
  return wrong
}

async function pruneWhile(store: Store, isOn: () => boolean): Promise<string[]> {
  while (isOn()) await store.retain({ topology: 0, routes: 0 })
  return []
}
