import { describe, expect, test } from 'vitest'
import { assign } from '../../src/locality/assign.ts'
import { lineup } from '../../src/locality/line.ts'
import type { SourceSettings } from '../../src/model/control.ts'
import type { Viewpoint } from '../../src/model/viewpoint.ts'
import type { World } from '../../src/translate/world.ts'
import { viewpoint } from '../support/candidate.ts'
import { sentLocalities } from '../support/sent-assignment.ts'
import { controlEntries, after as worldAfter, worldOf } from '../support/world.ts'

const endpoint = (address: string, zone: string, fields: object = {}) => ({
  address,
  port: 80,
  zone,
  ...fields,
})
const topology = (settings: object, ...endpoints: object[]) => ({
  topology: {
    zones: ['zone-a', 'zone-b', 'zone-c'].map(zone => ({ zone, region: 'r1' })),
    services: [{ name: 'web', ports: [{ port: 80 }], ...settings, endpoints }],
  },
})

const world = (settings: object = {}) =>
  worldOf({
    east: topology(settings, endpoint('10.0.0.1', 'zone-a'), endpoint('10.0.0.2', 'zone-b', { weight: 2 })),
    west: topology(
      {},
      endpoint('10.1.0.1', 'zone-a'),
      endpoint('10.1.0.2', 'zone-b', { weight: 3 }),
      endpoint('10.1.0.3', 'zone-c'),
    ),
  })

const networked = (base: World, sourceSettings: Readonly<Record<string, SourceSettings>>) =>
  worldAfter(base, controlEntries({ sourceSettings }))

const gateways = [{ address: '10.9.0.1', port: 15443 }]
const WEST = { west: { network: 'net-w', gateways } }

function decisionOf(of: World) {
  const decision = of.service('default', 'web')?.decision(80)
  if (decision === undefined) throw new Error('the service is not there')
  return decision
}

/** `priority region/zone/subZone address weight` of all that is sent, and of each locality its own weight. */
function sent(from: World, at: Viewpoint): string[] {
  const localities = sentLocalities(lineup(decisionOf(from), from.locate(at)))
  return localities.flatMap(({ locality, priority, loadBalancingWeight, lbEndpoints }) => [
    `${priority} ${Object.values(locality).filter(Boolean).join('/')} ${loadBalancingWeight}`,
    ...lbEndpoints.map(one => {
      const { address, portValue } = one.endpoint.address.socketAddress
      return `  ${address}:${portValue} ${one.loadBalancingWeight}`
    }),
  ])
}

describe('endpoints of another network', () => {
  test('are reached through its gateways, weighted by the endpoints behind them', () => {
    expect(sent(networked(world(), WEST).world, viewpoint('zone-a', '', { network: 'net-e' }))).toEqual([
      '0 r1/network/net-w 5',
      '  10.9.0.1:15443 5',
      '0 r1/zone-a 1',
      '  10.0.0.1:80 1',
      '0 r1/zone-b 2',
      '  10.0.0.2:80 2',
    ])
  })

  test('are shared out equally to several gateways, without rounding', () => {
    const three = ['10.9.0.1', '10.9.0.2', '10.9.0.3'].map(address => ({
      address,
      port: 15443,
      zone: 'zone-c',
    }))
    const { world: made } = networked(world(), { west: { network: 'net-w', gateways: three } })
    expect(sent(made, viewpoint('zone-a'))).toEqual([
      '0 r1/zone-a 3',
      '  10.0.0.1:80 3',
      '0 r1/zone-b 6',
      '  10.0.0.2:80 6',
      '0 r1/zone-c/network/net-w 15',
      '  10.9.0.1:15443 5',
      '  10.9.0.2:15443 5',
      '  10.9.0.3:15443 5',
    ])
  })

  test('have their gateways at the nearest of their steps, and nowhere else', () => {
    const { world: made } = networked(world({ trafficDistribution: 'PreferSameZone' }), WEST)
    const from = viewpoint('zone-c')
    expect(sent(made, from)).toEqual([
      '0 r1/zone-c/network/net-w 1',
      '  10.9.0.1:15443 1',
      '1 r1/zone-a 1',
      '  10.0.0.1:80 1',
      '1 r1/zone-b 2',
      '  10.0.0.2:80 2',
    ])
    const { endpoints } = assign(decisionOf(made), from)
    expect(endpoints.filter(one => one.priority === null).map(one => one.reason)).toEqual([
      'left out: the gateways of network net-w stand nearer already',
      'left out: the gateways of network net-w stand nearer already',
    ])
  })

  test('have the share of their zones where zones have weights', () => {
    const distribute = [{ from: 'zone-a', to: { 'zone-a': 50, 'zone-c': 50 } }]
    const { world: made } = networked(world({ locality: { distribute } }), WEST)
    const [gateway, , home] = sent(made, viewpoint('zone-a'))
    // Half of zone-a is behind the gateway too.
    expect([gateway, home]).toEqual(['0 r1/network/net-w 750000', '0 r1/zone-a 250000'])
  })
})

describe('addresses are sent as they are', () => {
  const direct = sent(world(), viewpoint('zone-a'))
  test.each([
    ['to a proxy on that network', WEST, { network: 'net-w' }],
    ['to a proxy of a source on that network', WEST, { source: 'west' }],
    ['of a network that names no gateway', { west: { network: 'net-w' } }, { network: 'net-e' }],
    ['of a source that names gateways, but no network', { west: { gateways } }, { network: 'net-e' }],
  ] as const)('%s', (_, settings, from) => {
    expect(sent(networked(world(), settings).world, viewpoint('zone-a', '', from))).toEqual(direct)
  })
})

test('two networks may use the same addresses, and each proxy is sent the one of its own', () => {
  const same = worldOf({
    east: topology({}, endpoint('10.0.0.1', 'zone-a')),
    west: topology({}, endpoint('10.0.0.1', 'zone-b')),
  })
  const each = {
    east: { network: 'net-e', gateways: [{ address: '10.9.0.2', port: 15443 }] },
    ...WEST,
  }
  const from = (network: string) => sent(networked(same, each).world, viewpoint('zone-a', '', { network }))
  expect(from('net-e')).toEqual([
    '0 r1/zone-a 1',
    '  10.0.0.1:80 1',
    '0 r1/zone-b/network/net-w 1',
    '  10.9.0.1:15443 1',
  ])
  expect(from('net-w')).toContain('0 r1/zone-b 1')
  expect(from('')).not.toContain('  10.0.0.1:80 1')
  expect(sent(networked(same, WEST).world, viewpoint('zone-a', '', { network: 'net-w' }))).toHaveLength(2)
})

test('sources of one network share its gateways', () => {
  const both = { east: { network: 'net' }, west: { network: 'net', gateways } }
  expect(sent(networked(world(), both).world, viewpoint('zone-a'))).toEqual([
    '0 r1/network/net 8',
    '  10.9.0.1:15443 8',
  ])
})

test('an address leads into one network: that of the first source that names it', () => {
  const both = { east: { network: 'net-e', gateways }, west: { network: 'net-w', gateways } }
  const { world: made } = networked(world(), both)
  expect([...made.networks.keys()]).toEqual(['net-e'])
})

test('a change of networks touches the services of all sources that are in one', () => {
  const configured = networked(world(), { ...WEST, east: { network: 'net-e' } })
  const moved = networked(configured.world, { east: { network: 'net-w' } })
  expect([...moved.touched.services]).toEqual(['default/web'])
  const more = worldAfter(
    configured.world,
    controlEntries({
      sourceSettings: { north: { network: 'net-w', gateways: [{ address: '10.9.0.9', port: 1 }] } },
    }),
  )
  expect([...more.touched.services]).toEqual(['default/web'])
  expect(sent(more.world, viewpoint('zone-a')).filter(line => line.includes('10.9'))).toHaveLength(2)
  const nothing = networked(configured.world, { west: { ...WEST.west, staleAfter: '60s' } })
  expect(nothing.world.networks).toBe(configured.world.networks)
})
