import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assign } from '../../src/locality/assign.ts'
import type { Decision } from '../../src/locality/decision.ts'
import { lineup } from '../../src/locality/line.ts'
import { viewpointClass } from '../../src/locality/viewpoint-class.ts'
import type { StoredEntry } from '../../src/model/change.ts'
import type { Viewpoint } from '../../src/model/viewpoint.ts'
import { versionOf } from '../../src/proto/discovery-resource.ts'
import { encode } from '../../src/proto/message.ts'
import { messageNameOf } from '../../src/proto/type-urls.ts'
import { assignmentResource, resourceMessage } from '../../src/translate/resource.ts'
import { sentLocalities } from '../support/sent-assignment.ts'
import { controlEntries, demandRows, type Pushed, after as worldAfter, worldOf } from '../support/world.ts'

/** What holds of every assignment, whatever sources push and wherever the proxy stands. */

const ZONES = ['r1/zone-a', 'r1/zone-b', 'r2/zone-c', 'r2/zone-d']
const NODES = ['node-1', 'node-2', 'node-3']
const bareZone = fc.constantFrom(...ZONES.map(one => one.split('/')[1] as string))

function some(fields: Record<string, fc.Arbitrary<unknown>>) {
  return fc.record(fields, { requiredKeys: [] })
}

const endpoint = some({
  zone: bareZone,
  subZone: fc.constantFrom('rack-1', 'rack-2'),
  node: fc.constantFrom(...NODES),
  ready: fc.constantFrom(true, true, true, false, null),
  serving: fc.boolean(),
  terminating: fc.boolean(),
  weight: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(2 ** 31 - 1)),
})
const hints = fc.option(some({ zones: fc.array(bareZone, { maxLength: 2 }) }), { nil: undefined })
const locality = some({
  mode: fc.constant('Balanced'),
  headroom: fc.nat(100),
  minEndpoints: fc.integer({ min: 1, max: 4 }),
  spillover: fc.nat(100),
  failover: fc.constantFrom('nearest', 'none'),
  preferSource: fc.boolean(),
  distribute: fc.uniqueArray(
    fc.record({
      from: fc.constantFrom(...ZONES),
      to: fc.dictionary(fc.oneof(fc.constantFrom(...ZONES), bareZone), fc.integer({ min: 1, max: 1e6 }), {
        minKeys: 1,
      }),
    }),
    { selector: one => one.from },
  ),
})

const source = fc
  .record({
    endpoints: fc.array(fc.tuple(endpoint, hints), { maxLength: 12 }),
    /** Most sources give no hints, or these would leave the other rules little to do. */
    hasHints: fc.constantFrom(false, false, false, true),
    mode: fc.constantFrom(
      {},
      { topologyMode: 'Auto' },
      ...['PreferSameZone', 'PreferClose', 'PreferSameNode'].map(one => ({ trafficDistribution: one })),
    ),
    service: some({ locality }),
    defaults: some({ locality }),
    capacities: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 }),
  })
  .map(({ endpoints, hasHints, mode, service, defaults, capacities }) => ({
    defaults,
    zones: ZONES.map((one, index) => {
      const [region, zone] = one.split('/')
      return { zone, region, capacity: capacities[index] }
    }),
    services: [
      {
        name: 'web',
        ports: [{ port: 80 }],
        ...mode,
        ...service,
        endpoints: endpoints.map(([one, hinted], index) => ({
          name: `e${index}`,
          address: '10.0.0.1',
          ...one,
          ...(hasHints && hinted && { hints: hinted }),
        })),
      },
    ],
  }))

const SOURCES = ['source-0', 'source-1', 'source-2']
const gateway = fc.record(
  {
    address: fc.constantFrom('10.9.0.1', '10.9.0.2', '10.9.0.3'),
    port: fc.constant(15443),
    zone: bareZone,
  },
  { requiredKeys: ['address', 'port'] },
)
/** Sources share a network, or are on two. */
const settings = some({
  whenStale: fc.constantFrom('keep', 'standby', 'drop'),
  network: fc.constantFrom('net-1', 'net-2'),
  gateways: fc.array(gateway, { maxLength: 3 }),
})
/** What operators say, and what Vicinity finds out; a zone that asks for nothing has no row. */
const control = fc
  .record({
    demand: fc.dictionary(fc.constantFrom(...ZONES, 'r3/zone-e'), fc.nat(20)),
    settings: fc.tuple(settings, settings, settings),
    silent: fc.subarray(SOURCES),
    drained: fc.subarray(ZONES, { maxLength: 2 }),
  })
  .map(({ demand, settings, silent, drained }) => [
    ...demandRows(demand),
    ...controlEntries({
      sourceSettings: Object.fromEntries(SOURCES.map((source, index) => [source, settings[index] as object])),
      staleSources: silent.map(source => ({ source, heardAt: '2026-01-01T00:00:00.000Z' })),
      drains: drained.map(one => {
        const [region, zone] = one.split('/') as [string, string]
        return { region, zone }
      }),
    }),
  ])

/** Ports are handed out over all sources: of an endpoint that two of them have, only one counts. */
const sources = fc.array(source, { minLength: 1, maxLength: 3 }).map(topologies => {
  let port = 1000
  for (const { services } of topologies)
    for (const { endpoints } of services) for (const one of endpoints) Object.assign(one, { port: ++port })
  return topologies
})

const NETWORKS = ['net-1', 'net-2', 'net-3']

/** Every viewpoint on one of these networks. */
function viewpoints(networks: readonly string[]): Viewpoint[] {
  return [...ZONES, 'r1/zone-z', '/'].flatMap(place => {
    const [region = '', zone = ''] = place.split('/')
    return ['', 'node-9', ...NODES].flatMap(node =>
      ['', 'source-0', 'source-1', 'elsewhere'].flatMap(from =>
        networks.map(network => ({ region, zone, subZone: '', node, source: from, network })),
      ),
    )
  })
}
const viewpoint = fc.constantFrom(...viewpoints(['', '', ...NETWORKS]))

function decisionOf(
  topologies: readonly NonNullable<Pushed['topology']>[],
  rows: readonly StoredEntry[] = [],
): Decision {
  const pushed = Object.fromEntries(topologies.map((topology, index) => [`source-${index}`, { topology }]))
  const { world } = worldAfter(worldOf(pushed), rows)
  const decision = world.service('default', 'web')?.decision(80)
  if (decision === undefined) throw new Error('the service has no port 80')
  return decision
}

const sentFrom = (decision: Decision, from: Viewpoint) => sentLocalities(lineup(decision, from))

const bytesFrom = (decision: Decision, from: Viewpoint) =>
  assignmentResource('web', lineup(decision, from)).version

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)

describe('every assignment', () => {
  const holds = (property: (decision: Decision, from: Viewpoint) => void) => () => {
    fc.assert(
      fc.property(
        sources,
        control,
        fc.array(viewpoint, { minLength: 1, maxLength: 4 }),
        (topologies, rows, from) => {
          const decision = decisionOf(topologies, rows)
          for (const one of from) property(decision, one)
        },
      ),
      { numRuns: 150 },
    )
  }

  test(
    'has priorities without gaps, and no locality twice in one',
    holds((decision, from) => {
      const sent = sentFrom(decision, from)
      const priorities = [...new Set(sent.map(one => one.priority))]
      expect(priorities).toEqual(priorities.map((_, index) => index))
      const places = sent.map(one => JSON.stringify([one.priority, one.locality]))
      expect(new Set(places).size).toBe(places.length)
    }),
  )

  test(
    'has no address twice, and every usable endpoint or the gateways before it, unless nothing may stand by',
    holds((decision, from) => {
      const addresses = sentFrom(decision, from).flatMap(one =>
        one.lbEndpoints.map(({ endpoint: { address } }) => JSON.stringify(address.socketAddress)),
      )
      expect(new Set(addresses).size).toBe(addresses.length)
      const { usable } = decision
      const wanted = usable.flatMap(({ address, port: portValue, network }) =>
        network === undefined || network.name === from.network
          ? [JSON.stringify({ address, portValue })]
          : network.gateways.map(one => JSON.stringify({ address: one.address, portValue: one.port })),
      )
      if (decision.policy.failover.value === 'nearest') expect(new Set(addresses)).toEqual(new Set(wanted))
      else expect(wanted).toEqual(expect.arrayContaining(addresses))
      expect(addresses.length > 0).toBe(usable.length > 0)
    }),
  )

  test(
    'has each endpoint in the locality where it stands',
    holds((decision, from) => {
      const places = new Map(
        decision.candidates.map(({ port, region, zone, subZone }) => [port, { region, zone, subZone }]),
      )
      for (const { locality: place, lbEndpoints } of sentFrom(decision, from)) {
        for (const { endpoint: sent } of lbEndpoints) {
          // Gateways of other networks are no endpoints, and stand where those behind them do not.
          const standing = places.get(sent.address.socketAddress.portValue)
          if (standing !== undefined)
            expect({ region: '', zone: '', subZone: '', ...place }).toEqual(standing)
        }
      }
    }),
  )

  test(
    'is explained as it is sent',
    holds((decision, from) => {
      expect(assignmentResource('web', assign(decision, from)).version).toBe(bytesFrom(decision, from))
    }),
  )

  test(
    'is the bytes that protobuf writes of it',
    holds((decision, from) => {
      const { encoded, ...rest } = assignmentResource('web', lineup(decision, from))
      const { '@type': _, ...message } = resourceMessage(encoded) as { '@type': string }
      expect(rest.version).toBe(versionOf(encode(messageNameOf(rest.typeUrl), message)))
    }),
  )

  test(
    'has weights that are at least 1 and fit into 32 bits, summed too',
    holds((decision, from) => {
      const sums = new Map<number, [localities: number, endpoints: number]>()
      for (const { priority, loadBalancingWeight, lbEndpoints } of sentFrom(decision, from)) {
        const weights = lbEndpoints.map(one => one.loadBalancingWeight)
        expect(Math.min(loadBalancingWeight, ...weights)).toBeGreaterThanOrEqual(1)
        const [localities, endpoints] = sums.get(priority) ?? [0, 0]
        sums.set(priority, [localities + loadBalancingWeight, endpoints + sum(weights)])
      }
      expect(Math.max(0, ...[...sums.values()].flat())).toBeLessThan(2 ** 32)
    }),
  )

  test(
    'gives shares that sum to 1 to priority 0 alone',
    holds((decision, from) => {
      const { endpoints } = assign(decision, from)
      const chosen = endpoints.filter(one => one.chosen)
      expect(chosen).toEqual(endpoints.filter(one => one.priority === 0))
      expect(endpoints.filter(one => one.share > 0)).toEqual(chosen)
      if (chosen.length > 0) expect(sum(chosen.map(one => one.share))).toBeCloseTo(1, 9)
    }),
  )

  test(
    'has no endpoint that is drained or dropped, and none that is not ready while another is',
    holds((decision, from) => {
      const sent = assign(decision, from).endpoints.filter(one => one.priority !== null)
      const ready = decision.candidates.filter(
        one => one.ready !== false && one.weight > 0 && !one.setback?.isDropped,
      )
      expect(sent.filter(one => one.candidate.weight === 0 || one.candidate.setback?.isDropped)).toEqual([])
      if (ready.length > 0) expect(sent.filter(one => one.candidate.ready === false)).toEqual([])
    }),
  )

  test(
    'chooses nobody who was set back while another is usable',
    holds((decision, from) => {
      const chosen = assign(decision, from).endpoints.filter(one => one.chosen)
      const ranks = new Set(chosen.map(one => one.candidate.setback?.kind))
      expect(ranks.size).toBeLessThanOrEqual(1)
      if (decision.eligible.some(one => one.candidate.setback === undefined)) {
        expect([...ranks]).toEqual([undefined])
      }
    }),
  )
})

test('viewpoints of one class are sent the same bytes', () => {
  fc.assert(
    fc.property(sources, control, fc.constantFrom(...NETWORKS), (topologies, rows, network) => {
      const decision = decisionOf(topologies, rows)
      const byClass = new Map<string, string>()
      for (const from of viewpoints(['', network])) {
        const key = viewpointClass(decision, from)
        const bytes = bytesFrom(decision, from)
        expect(byClass.get(key) ?? bytes).toBe(bytes)
        byClass.set(key, bytes)
      }
    }),
    { numRuns: 60 },
  )
})

const localityOf = (service: object | undefined) => (service as { locality?: object } | undefined)?.locality

test('a rule for one zone changes nothing for the proxies of others', () => {
  fc.assert(
    fc.property(sources, fc.array(viewpoint, { minLength: 1, maxLength: 6 }), (topologies, all) => {
      const rule = { from: 'r1/zone-a', to: { 'zone-b': 3, 'r2/zone-c': 1 } }
      const ruled = (rules: object[]) =>
        decisionOf(
          topologies.map(({ services: [service], ...others }) => ({
            ...others,
            services: [{ ...service, locality: { ...localityOf(service), distribute: rules } }],
          })),
        )
      const [without, withRule] = [ruled([]), ruled([rule])]
      for (const from of all.filter(({ zone }) => zone !== 'zone-a')) {
        expect(bytesFrom(withRule, from)).toBe(bytesFrom(without, from))
      }
    }),
    { numRuns: 100 },
  )
})

test('the order in which things are pushed changes no byte', () => {
  fc.assert(
    fc.property(
      sources,
      control,
      viewpoint,
      fc.infiniteStream(fc.nat()),
      (topologies, rows, from, random) => {
        const shuffled = <T>(list: readonly T[]): T[] =>
          list
            .map(one => [random.next().value, one] as const)
            .sort(([a], [b]) => a - b)
            .map(([, one]) => one)
        const other = topologies.map(({ zones, services, ...others }) => ({
          ...others,
          services: services.map(one => ({ ...one, endpoints: shuffled(one.endpoints) })),
          zones: shuffled(zones),
        }))
        expect(bytesFrom(decisionOf(other, rows.toReversed()), from)).toBe(
          bytesFrom(decisionOf(topologies, rows), from),
        )
      },
    ),
    { numRuns: 150 },
  )
})
