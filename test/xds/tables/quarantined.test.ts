import { expect, test } from 'vitest'
import { type Quarantine, quarantineEntry } from '../../../src/model/quarantine.ts'
import { World } from '../../../src/translate/world.ts'
import { WorldDraft } from '../../../src/translate/world-draft.ts'
import { Tables } from '../../../src/xds/tables/tables.ts'
import { viewpoint } from '../../support/candidate.ts'
import { CDS, EDS, LDS, RDS } from '../protocol/session.ts'
import { viewOf } from './view-of.ts'

const ROW: Quarantine = {
  gateway: 'default/edge',
  typeUrl: CDS,
  name: 'default/web/80',
  version: '2',
  revision: 7,
  detail: 'no',
}

test('the Envoys of a gateway are told of what comes under quarantine there, and of what leaves it; others are not', () => {
  const tables = new Tables()
  let world = World.EMPTY
  const publish = (upsert: Quarantine[], remove: Quarantine[] = []) => {
    const draft = new WorldDraft(world)
    const stored = (row: Quarantine) => ({ ...quarantineEntry(row), source: '', since: 1, created: 1 })
    draft.add({ revision: 1, reset: false, upserted: upsert.map(stored), removed: remove.map(stored) })
    const next = draft.finish(world.revision + 1)
    world = next.world
    tables.publish(world, next.touched, false)
  }
  const join = (gateway: string) =>
    tables.join({ id: gateway, kind: 'envoy', gateway, viewpoint: viewpoint('zone-a'), userAgent: '' })
  const [edge, other] = [join('default/edge'), join('default/other')]
  const look = (audience: typeof edge, typeUrl: string = CDS) => {
    const view = viewOf(audience, typeUrl)
    return { rows: view?.quarantines.map(one => one.version), changed: [...(view?.changedSince(0) ?? [])] }
  }
  const NOTHING = { rows: [], changed: [] }

  publish([ROW])
  expect(look(edge)).toEqual({ rows: ['2'], changed: [ROW.name] })
  for (const typeUrl of [LDS, RDS, EDS]) expect(look(edge, typeUrl)).toEqual(NOTHING)
  expect(look(other)).toEqual(NOTHING)

  const before = viewOf(edge, CDS)?.position
  publish([{ ...ROW, gateway: 'default/other' }])
  expect(viewOf(edge, CDS)?.position).toBe(before)
  expect(look(other)).toEqual({ rows: ['2'], changed: [ROW.name] })
  // A stream that comes later finds what stands.
  expect(look(join('default/edge')).rows).toEqual(['2'])

  publish([], [ROW])
  expect(look(edge).rows).toEqual([])
  expect([...(viewOf(edge, CDS)?.changedSince(before ?? 0) ?? [])]).toEqual([ROW.name])
})
