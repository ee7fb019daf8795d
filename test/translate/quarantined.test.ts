import { expect, test } from 'vitest'
import { type Quarantine, quarantineEntry } from '../../src/model/quarantine.ts'
import { packed } from '../../src/translate/quarantined.ts'
import { World } from '../../src/translate/world.ts'
import { WorldDraft } from '../../src/translate/world-draft.ts'
import { LDS, resource } from '../xds/protocol/session.ts'

const GOOD = {
  ...resource(LDS, 'default/edge/http', 'good', ['default/edge/http']),
  place: '127.0.0.1 10080',
}
const ROW: Quarantine = {
  gateway: 'default/edge',
  typeUrl: LDS,
  name: 'default/edge/http',
  version: '2',
  revision: 7,
  detail: 'no',
}

/** The world after rows came, or went. */
function after(base: World, change: { upsert?: Quarantine[]; remove?: Quarantine[] }): World {
  const draft = new WorldDraft(base)
  const stored = (row: Quarantine) => ({ ...quarantineEntry(row), source: '', since: 1, created: 1 })
  const { upsert = [], remove = [] } = change
  draft.add({ revision: 1, reset: false, upserted: upsert.map(stored), removed: remove.map(stored) })
  return draft.finish(1).world
}

test('a last good resource comes out of its row as it was put in', () => {
  const world = after(World.EMPTY, { upsert: [{ ...ROW, lastGood: packed(GOOD) as never }] })
  const [row] = world.quarantines.values()
  expect(row).toMatchObject({ ...ROW, lastGood: { ...GOOD, encoded: expect.anything() } })
  expect(Buffer.from(row?.lastGood?.encoded ?? [])).toEqual(GOOD.encoded)
})

test('rows of two versions of one name stand side by side, and go one by one', () => {
  const other = { ...ROW, version: '3' }
  const both = after(World.EMPTY, { upsert: [ROW, other] })
  expect(both.quarantines.size).toBe(2)
  const left = after(both, { remove: [ROW] })
  expect([...left.quarantines.values()].map(({ version }) => version)).toEqual(['3'])
})

test('a resource that is too large is not kept beside the entries', () => {
  expect(packed({ ...GOOD, encoded: new Uint8Array(1024 * 1024) })).toBeDefined()
  expect(packed({ ...GOOD, encoded: new Uint8Array(1024 * 1024 + 1) })).toBeUndefined()
})
