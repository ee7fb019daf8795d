import { afterEach, describe, expect, test } from 'vitest'
import { processTime } from '../../../src/process-time.ts'
import { type Location, parseLocation } from '../../../src/store/location.ts'
import type { Store } from '../../../src/store/store.ts'
import { openStore } from '../../../src/store/thread/open-store.ts'
import { emptySchema, onPostgres } from '../../support/postgres/on-postgres.ts'
import { patch, push, replacement, service } from '../pushes.ts'
import { collect } from '../reader.ts'

/** In milliseconds: the database's times are whole ones. */
const PRECISION = 1

await onPostgres(() => {
  describe('a replica that did not write a revision', () => {
    let stores: Store[] = []
    afterEach(() => Promise.all(stores.map(store => store.close())))

    test("knows when it was committed by the database's clock, however late it asks", async () => {
      const location = parseLocation(await emptySchema()) as Location
      stores = await Promise.all([openStore(location), openStore(location)])
      const [writer, other] = stores as [Store, Store]
      await push(writer, replacement('topology', [service('a')]))
      const began = processTime()
      await push(writer, patch('topology', [service('a', 2)]))
      const ended = processTime()
      await push(writer, patch('topology', [service('a', 3)]))
      const read = async (store: Store) => (await collect(store.changes({ revision: 1 })))[0]?.commits ?? []
      const [own, heard] = [await read(writer), await read(other)]
      expect(heard.map(({ revision, part }) => [revision, part])).toEqual([
        [2, 'topology'],
        [3, 'topology'],
      ])
      const at = heard[0]?.at ?? 0
      // It asked some time before the database looked at its clock.
      expect(at).toBeLessThan(ended + PRECISION)
      expect(at).toBeGreaterThan(began - PRECISION - (processTime() - ended))
      expect(own[0]?.at).toBeGreaterThan(at)
    })
  })
})
