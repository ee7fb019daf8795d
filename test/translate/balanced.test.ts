import { describe, expect, test } from 'vitest'
import { assign } from '../../src/locality/assign.ts'
import { clusterResource } from '../../src/translate/resource.ts'
import type { World } from '../../src/translate/world.ts'
import { viewpoint } from '../support/candidate.ts'
import { demandRows, stored, after as worldAfter, worldOf } from '../support/world.ts'

const BALANCED = { locality: { mode: 'Balanced' } }

const service = (name: string, fields: object = {}) => ({
  name,
  ports: [{ port: 80 }],
  ...fields,
  endpoints: ['zone-a', 'zone-b'].map((zone, index) => ({ address: `10.0.0.${index}`, port: 80, zone })),
})
const zones = ['zone-a', 'zone-b'].map(zone => ({ zone, region: 'r1' }))

const world = worldOf({
  east: { topology: { zones, services: [service('web', BALANCED), service('plain')] } },
  west: { topology: { defaults: BALANCED, services: [service('by-default'), service('plain')] } },
})

const seen = (from: World, name: string, zone = 'zone-a') => {
  const decision = from.service('default', name)?.decision(80)
  if (decision === undefined) throw new Error(`there is no ${name}`)
  const { mode, rule, endpoints } = assign(decision, viewpoint(zone))
  return { mode, rule, shares: endpoints.map(one => one.share) }
}

test('a service is balanced by its own word or by that of its source, which has had it longest', () => {
  expect([...world.balanced].sort()).toEqual(['default/by-default', 'default/web'])
  expect(seen(world, 'web').rule).toBe('locality.mode Balanced of source east, revision 1')
  expect(seen(world, 'by-default').rule).toBe(
    'locality.mode Balanced of the defaults of source west, revision 2',
  )
  expect([...world.allServices()].map(one => [one.name, one.mode]).sort()).toEqual([
    ['by-default', 'Balanced'],
    ['plain', 'ClusterWide'],
    ['web', 'Balanced'],
  ])
})

test('it wins over topologyMode and trafficDistribution', () => {
  const both = { ...BALANCED, topologyMode: 'Auto', trafficDistribution: 'PreferSameZone' }
  const made = worldOf({ east: { topology: { zones, services: [service('web', both)] } } })
  const decision = made.service('default', 'web')?.decision(80)
  expect({ mode: decision?.mode, notes: decision?.notes }).toEqual({ mode: 'Balanced', notes: [] })
})

test('sources that disagree about it are told', () => {
  const made = worldOf({
    east: { topology: { services: [service('web', BALANCED)] } },
    west: { topology: { services: [service('web', { locality: { headroom: 0 } })] } },
  })
  expect(made.service('default', 'web')?.conflicts.map(one => one.field)).toEqual([
    'locality/mode',
    'locality/headroom',
  ])
})

test('its cluster asks Envoy for the weights of localities', () => {
  const zoneA = { region: 'r1', zone: 'zone-a' }
  const config = (name: string) => {
    const merged = world.service('default', name)
    return merged && clusterResource(merged, name, 80, merged.weighsZonesFrom(zoneA))?.version
  }
  const unbalanced = worldAfter(world, stored('east', { topology: { services: [service('web')] } }, 3)).world
  const other = unbalanced.service('default', 'web')
  expect(other && clusterResource(other, 'web', 80, other.weighsZonesFrom(zoneA))?.version).not.toBe(
    config('web'),
  )
})

describe('rows of demand', () => {
  const rows = demandRows({ 'r1/zone-a': 8, 'r1/zone-b': 2 })
  const asked = worldAfter(world, rows)

  test('touch the services that read them, and no others', () => {
    expect([...asked.touched.services].sort()).toEqual(['default/by-default', 'default/web'])
    expect([...asked.touched.settings]).toEqual([])
    expect(seen(asked.world, 'plain').shares).toEqual(seen(world, 'plain').shares)
  })

  test('are what the shares are made of, until they go', () => {
    expect(seen(world, 'web').shares).toEqual([1, 0])
    expect(seen(asked.world, 'web').shares).toEqual([0.6875, 0.3125])
    expect(seen(worldAfter(asked.world, [], rows).world, 'web').shares).toEqual([1, 0])
  })

  test('that come with the first push of a service count for it', () => {
    const pushed = stored('east', { topology: { zones, services: [service('web', BALANCED)] } }, 1)
    const first = worldAfter(worldOf({}), [...pushed, ...rows])
    expect(seen(first.world, 'web').shares).toEqual([0.6875, 0.3125])
  })

  test('touch nothing more once a service, or its source, is balanced no longer', () => {
    const plain = worldAfter(asked.world, stored('east', { topology: { services: [service('web')] } }, 3))
    expect([...plain.world.balanced]).toEqual(['default/by-default'])
    const defaults = stored('west', { topology: { defaults: BALANCED } }, 2)
    const none = worldAfter(plain.world, [], defaults)
    expect([...none.world.balanced]).toEqual([])
    expect([...worldAfter(none.world, demandRows({ 'r1/zone-a': 1 })).touched.services]).toEqual([])
    const again = worldAfter(none.world, defaults)
    expect([...again.world.balanced]).toEqual(['default/by-default'])
  })
})
