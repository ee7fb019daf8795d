import { describe, expect, test } from 'vitest'
import { assign } from '../../src/locality/assign.ts'
import type { Decision } from '../../src/locality/decision.ts'
import type { Drain, SourceSettings } from '../../src/model/control.ts'
import { assignmentResource } from '../../src/translate/resource.ts'
import type { World } from '../../src/translate/world.ts'
import { viewpoint } from '../support/candidate.ts'
import { controlEntries, after as worldAfter, worldOf } from '../support/world.ts'

const endpoint = (address: string, zone: string) => ({ address, port: 80, zone })
const service = (name: string, ...endpoints: object[]) => ({ name, ports: [{ port: 80 }], endpoints })

const world = worldOf({
  east: {
    topology: {
      zones: [{ zone: 'zone-a', region: 'r1' }, { zone: 'zone-b' }],
      services: [
        service('web', endpoint('10.0.0.1', 'zone-a'), endpoint('10.0.0.2', 'zone-b')),
        service('elsewhere', endpoint('10.0.0.3', 'zone-b')),
      ],
    },
  },
  west: { topology: { services: [service('web', endpoint('10.1.0.1', 'zone-a'))] } },
})

const HEARD = '2026-01-01T00:00:00.000Z'
const drain = (...drains: Drain[]) => controlEntries({ drains })
const settings = (source: string, body: SourceSettings) =>
  controlEntries({ sourceSettings: { [source]: body } })
const stale = (source: string) => controlEntries({ staleSources: [{ source, heardAt: HEARD }] })

/** The endpoints of `web` that were set back, and why. */
function setBack(of: World): Record<string, string> {
  const candidates = of.service('default', 'web')?.decision(80)?.candidates ?? []
  return Object.fromEntries(
    candidates.flatMap(({ address, setback }) => (setback === undefined ? [] : [[address, setback.reason]])),
  )
}

/** The versions of all assignments from each zone. */
function assignments(of: World): string[] {
  return ['zone-a', 'zone-b'].flatMap(zone =>
    [...of.allServices()].map(service => {
      const assignment = assign(service.decision(80) as Decision, viewpoint(zone))
      return assignmentResource(service.name, assignment).version
    }),
  )
}

describe('a drained zone', () => {
  test('sets back the endpoints of all sources in it, and touches no other service', () => {
    const drained = worldAfter(world, drain({ region: 'r1', zone: 'zone-a', reason: 'fire' }))
    expect(setBack(drained.world)).toEqual({
      '10.0.0.1': 'zone r1/zone-a is drained (fire)',
      '10.1.0.1': 'zone r1/zone-a is drained (fire)',
    })
    expect([...drained.touched.services]).toEqual(['default/web'])
    expect([...drained.touched.settings]).toEqual([])
    const undrained = worldAfter(drained.world, [], drain({ region: 'r1', zone: 'zone-a' }))
    expect(setBack(undrained.world)).toEqual({})
    expect([...undrained.touched.services]).toEqual(['default/web'])
  })

  test('leaves no trace when it is over: every assignment has the bytes of before', () => {
    const row = drain({ region: 'r1', zone: 'zone-a', reason: 'fire' })
    const drained = worldAfter(world, row).world
    expect(assignments(drained)).not.toEqual(assignments(world))
    expect(assignments(worldAfter(drained, [], row).world)).toEqual(assignments(world))
  })

  test('is one of a region, or of none', () => {
    expect(setBack(worldAfter(world, drain({ region: 'r2', zone: 'zone-a' })).world)).toEqual({})
    expect(setBack(worldAfter(world, drain({ zone: 'zone-b' })).world)).toEqual({
      '10.0.0.2': 'zone zone-b is drained',
    })
  })
})

describe('a silent source', () => {
  test.each([
    [undefined, undefined],
    ['keep', undefined],
    ['standby', false],
    ['drop', true],
  ] as const)('whose settings say %s has endpoints that are dropped: %s', (whenStale, isDropped) => {
    const silent = worldAfter(world, [...settings('west', whenStale ? { whenStale } : {}), ...stale('west')])
    const candidates = silent.world.service('default', 'web')?.decision(80)?.candidates
    expect(candidates?.find(one => one.source === 'west')?.setback?.isDropped).toBe(isDropped)
    expect(candidates?.filter(one => one.source === 'east').map(one => one.setback)).toEqual([
      undefined,
      undefined,
    ])
  })

  test('touches its own services, when it falls silent and when it is heard again', () => {
    const configured = worldAfter(world, settings('west', { whenStale: 'standby' }))
    const silent = worldAfter(configured.world, stale('west'))
    expect(setBack(silent.world)).toEqual({
      '10.1.0.1': 'source west is silent, it was last heard at 2026-01-01T00:00:00.000Z',
    })
    expect([...silent.touched.services]).toEqual(['default/web'])
    const heard = worldAfter(silent.world, [], stale('west'))
    expect(setBack(heard.world)).toEqual({})
    expect([...heard.touched.services]).toEqual(['default/web'])
  })

  test('that stands by in a drained zone stands with the zone, and one that is dropped is dropped', () => {
    const drained = worldAfter(world, drain({ region: 'r1', zone: 'zone-a' }))
    const kindOf = (whenStale: 'standby' | 'drop') => {
      const both = worldAfter(drained.world, [...settings('west', { whenStale }), ...stale('west')])
      const candidates = both.world.service('default', 'web')?.decision(80)?.candidates
      return candidates?.find(one => one.source === 'west')?.setback?.kind
    }
    expect([kindOf('standby'), kindOf('drop')]).toEqual(['drained', 'stale'])
  })
})
