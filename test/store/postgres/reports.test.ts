import postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Location, parseLocation } from '../../../src/store/location.ts'
import type { Reports } from '../../../src/store/reports.ts'
import type { Store } from '../../../src/store/store.ts'
import { openStore } from '../../../src/store/thread/open-store.ts'
import { emptySchema, onPostgres } from '../../support/postgres/on-postgres.ts'

await onPostgres(() => {
  describe.each(['', 'listen=off'])('what replicas tell each other (%s)', option => {
    let stores: [Store, Store]
    let a: Reports
    let b: Reports
    let database: string
    beforeEach(async () => {
      database = await emptySchema()
      const url = new URL(database)
      if (option !== '') url.searchParams.set('listen', 'off')
      const location = parseLocation(url.href) as Location
      stores = [await openStore(location), await openStore(location)]
      ;[a, b] = stores.map(({ reports }) => reports) as [Reports, Reports]
    })
    afterEach(async () => {
      for (const store of stores) await store.close()
    })

    /** As if all of this had happened so long ago. */
    async function age(interval: string) {
      const sql = postgres(database, { max: 1, onnotice() {} })
      await sql`update replica set seen_at = seen_at - ${interval}::interval`
      await sql.end()
    }

    const document = (number: number, version: number) => ({
      number,
      version,
      document: `${number}.${version}`,
    })

    test('the others are told, and read it once', async () => {
      const heard = new Promise<void>(resolve => b.subscribe(resolve))
      expect(await a.tell('a', 1, 'one')).toBe(true)
      await heard
      expect(await b.others('b', {})).toEqual([{ id: 'a', version: 1, report: 'one' }])
      expect(await b.others('b', { a: 1 })).toEqual([{ id: 'a', version: 1, report: null }])
      expect(await a.tell('a', 2, 'two')).toBe(false)
      expect(await b.others('b', { a: 1 })).toEqual([{ id: 'a', version: 2, report: 'two' }])
      expect(await a.others('a', {})).toEqual([])
    })

    test.each(['10 s', '-10 s'])(
      'a replica that was last seen %s ago is none, until it tells again',
      async ago => {
        await a.tell('a', 1, 'one')
        await a.document('a', [document(0, 1)], 1)
        await age(ago)
        expect(await b.others('b', {})).toEqual([])
        expect(await b.documents('b', {})).toEqual([])
        expect(await a.tell('a', 1, 'one')).toBe(false)
        expect(await b.others('b', {})).toMatchObject([{ id: 'a' }])
        expect(await b.documents('b', {})).toMatchObject([{ id: 'a#0' }])
      },
    )

    test('documents are replaced, cut off, and read where they are new', async () => {
      await a.tell('a', 1, 'one')
      await a.document('a', [document(0, 1), document(1, 2), document(2, 3)], 3)
      await a.document('a', [document(1, 4)], 2)
      expect(await b.documents('b', { 'a#0': 1, 'a#1': 2 })).toEqual([
        { id: 'a#0', version: 1, document: null },
        { id: 'a#1', version: 4, document: '1.4' },
      ])
    })

    test('a replica that leaves takes all with it, and writes no documents any more', async () => {
      await a.tell('a', 1, 'one')
      await a.document('a', [document(0, 1)], 1)
      await a.leave('a')
      await a.document('a', [document(0, 2)], 1)
      expect([await b.others('b', {}), await b.documents('b', {})]).toEqual([[], []])
      expect(await a.tell('a', 2, 'again')).toBe(true)
      expect(await b.documents('b', {})).toEqual([])
    })

    test('what is left of a replica that died goes when another one begins', async () => {
      await a.tell('dead', 1, 'one')
      await age('2 min')
      await b.tell('b', 1, 'one')
      expect(await a.tell('dead', 1, 'one')).toBe(true)
    })
  })
})
