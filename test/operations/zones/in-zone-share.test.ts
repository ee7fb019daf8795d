import { describe, expect, test } from 'vitest'
import type { Viewpoint } from '../../../src/model/viewpoint.ts'
import { askedPorts } from '../../../src/operations/zones/in-zone-share.ts'
import { Standpoints } from '../../../src/operations/zones/standpoints.ts'
import type { MergedService } from '../../../src/translate/merged-service.ts'
import { viewpoint } from '../../support/candidate.ts'
import { type Pushed, worldOf } from '../../support/world.ts'

const at = (zone: string, name: string, fields: object = {}) => ({
  address: `10.0.0.${name.length}`,
  name,
  port: 80,
  region: 'r1',
  zone,
  ...fields,
})

const pushed = (endpoints: readonly object[], settings: object): Pushed => ({
  topology: { services: [{ name: 'web', ports: [{ port: 80 }], endpoints, ...settings }] },
})

const SAME_ZONE = { trafficDistribution: 'PreferSameZone' }
const SAME_NODE = { trafficDistribution: 'PreferSameNode' }

/** The share of what the proxies of zone-a ask that stays there; undefined: nobody there asks. */
function share(sources: Readonly<Record<string, Pushed>>, proxies: readonly Viewpoint[] = []) {
  const world = worldOf(sources)
  const zone = new Standpoints({ region: 'r1', zone: 'zone-a' })
  for (const one of proxies) zone.add(one)
  const services = [...world.allServices()]
  const ports = askedPorts(world, services[0] as MergedService, [zone])[0]
  return ports?.[0]?.inZoneShare
}

const one = (endpoints: readonly object[], settings: object = {}) => ({ east: pushed(endpoints, settings) })
const a = at('zone-a', 'a')
const b = at('zone-b', 'bb')

describe('the in-zone share of a zone that nobody stands in', () => {
  test.each<[string, readonly object[], object, number | null]>([
    ['PreferSameZone, with an endpoint there', [a, b], SAME_ZONE, 1],
    ['PreferSameZone, with none there', [b], SAME_ZONE, 0],
    ['no mode: as many as endpoints are there', [a, b, at('zone-b', 'ccc')], {}, 1 / 3],
    ['no mode: by their weights', [at('zone-a', 'a', { weight: 3 }), b], {}, 3 / 4],
    [
      'distribute: as much as the zone is given',
      [a, b],
      { locality: { distribute: [{ from: 'zone-a', to: { 'zone-a': 80, 'zone-b': 20 } }] } },
      0.8,
    ],
    ['a zone of that name elsewhere', [at('zone-a', 'a', { region: 'r2' })], SAME_ZONE, 0],
    ['no endpoint that can be used: none to tell', [at('zone-a', 'a', { ready: false })], SAME_ZONE, null],
  ])('with %s', (_, endpoints, settings, expected) => {
    const found = share(one(endpoints, settings))
    if (expected === null) expect(found).toBeNull()
    else expect(found).toBeCloseTo(expected, 9)
  })
})

describe('the in-zone share of connected proxies', () => {
  const onNode = (node: string) => viewpoint('zone-a', node)

  test('counts each at the node where it stands, and those of other nodes as one', () => {
    const endpoints = [at('zone-a', 'a', { node: 'node-1' }), at('zone-b', 'bb', { node: 'node-2' })]
    const proxies = [onNode('node-1'), onNode('node-2'), onNode('node-2'), onNode('node-9')]
    // Those on node-2 go to the endpoint on their node, which says that it is in zone-b.
    expect(share(one(endpoints, SAME_NODE), proxies)).toBeCloseTo(2 / 4, 9)
    expect(share(one(endpoints, SAME_ZONE), proxies)).toBe(1)
  })

  test('counts each by its source where its own source is preferred', () => {
    const settings = { locality: { preferSource: true } }
    const sources = { east: pushed([a], settings), west: pushed([at('zone-b', 'bb')], settings) }
    const from = (source: string) => viewpoint('zone-a', '', { source })
    expect(share(sources, [from('east')])).toBe(1)
    expect(share(sources, [from('west')])).toBe(0)
    expect(share(sources, [from('west'), from('east'), from('east'), from('west')])).toBe(0.5)
    expect(share(sources, [from('')])).toBe(0.5)
  })

  test('is asked of a service that a source keeps to itself by its own proxies alone', () => {
    const sources = one([a, b], { scope: 'source', ...SAME_ZONE })
    expect(share(sources, [viewpoint('zone-a', '', { source: 'west' })])).toBeUndefined()
    expect(share(sources, [viewpoint('zone-a', '', { source: 'east' })])).toBe(1)
    expect(share(sources)).toBe(1)
  })
})
