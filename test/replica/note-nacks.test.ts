import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { type Nack, nackOf } from '../../src/model/nacks.ts'
import { type NackNotes, noteNacks } from '../../src/replica/note-nacks.ts'
import { parseLocation } from '../../src/store/location.ts'
import { StoreUnavailable } from '../../src/store/store.ts'
import { openStore } from '../../src/store/thread/open-store.ts'

const log = pino({ level: 'silent' })
const timing = { leisure: 1, interval: 5 }

let notes: NackNotes | undefined
afterEach(() => notes?.close())

const nack = (node: string, detail = 'no') =>
  nackOf({
    proxy: 'stream-1',
    node,
    gateway: 'default/edge',
    typeUrl: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
    resources: [{ name: 'default/web/80', version: '1' }],
    revision: 7,
    detail,
    at: '2026-03-01T12:00:00.000Z',
  })

/** A database that is away until it is said that it is back. */
function ailing() {
  const kept: Nack[] = []
  let isAway = true
  let attempts = 0
  return {
    kept,
    back: () => {
      isAway = false
    },
    get attempts() {
      return attempts
    },
    note: async (nacks: readonly Nack[]) => {
      attempts += 1
      if (isAway) throw new StoreUnavailable('away', { operation: 'noteNacks', hint: 'wait' })
      kept.push(...nacks)
    },
  }
}

test('what proxies refuse is in the database some moments later', async () => {
  const location = parseLocation('sqlite::memory:')
  if (typeof location === 'string') throw new Error(location)
  const store = await openStore(location)
  notes = noteNacks({ nacks: store.nacks, log, timing })
  for (let count = 0; count < 5_000; count += 1) notes.note(nack('envoy-1', `no ${count}`))
  notes.note(nack('envoy-2'))
  await waitUntil('both to be kept', async () => (await store.nacks.list({ limit: 10 })).total === 2)
  const { items } = await store.nacks.list({ limit: 10, node: 'envoy-1' })
  expect(items).toMatchObject([{ count: 5_000, detail: 'no 4999' }])
  await notes.close()
  await store.close()
})

test('what is refused while the database is away is kept when it is back', async () => {
  const nacks = ailing()
  notes = noteNacks({ nacks, log, timing })
  notes.note(nack('a'))
  await waitUntil('it to be tried', () => nacks.attempts > 0)
  notes.note(nack('b'))
  notes.note(nack('a'))
  await waitUntil('it to be tried again', () => nacks.attempts > 2)
  nacks.back()
  await waitUntil('both to be kept', () => nacks.kept.length === 2)
  expect(nacks.kept.map(({ node, count }) => `${node} ${count}`)).toEqual(['a 2', 'b 1'])
  expect(notes.dropped).toBe(0)
})

test('of more than can wait the oldest give way, and are counted', async () => {
  const nacks = ailing()
  notes = noteNacks({ nacks, log, timing })
  notes.note({ ...nack('oldest'), count: 7 })
  await waitUntil('it to be tried', () => nacks.attempts > 0)
  for (let count = 0; count < 1_001; count += 1) notes.note(nack(`n${count}`))
  expect(notes.dropped).toBe(8)
  nacks.back()
  await waitUntil('the rest to be kept', () => nacks.kept.length === 1_000)
  expect(nacks.kept[0]?.node).toBe('n1')
  expect(nacks.kept.at(-1)?.node).toBe('n1000')
})

test('what waits when the replica stops is written first', async () => {
  const nacks = ailing()
  nacks.back()
  notes = noteNacks({ nacks, log })
  notes.note(nack('a'))
  await notes.close()
  expect(nacks.kept).toHaveLength(1)
})
