import { describe, expect, test } from 'vitest'
import { assign } from '../../src/locality/assign.ts'
import type { Assignment, Candidates } from '../../src/locality/assignment.ts'
import type { Candidate } from '../../src/locality/candidate.ts'
import { decide } from '../../src/locality/decision.ts'
import { type Host, isGateway } from '../../src/locality/hosts.ts'
import { DEFAULT_POLICY, type LocalityPolicy } from '../../src/locality/locality-policy.ts'
import type { Network } from '../../src/locality/network.ts'
import { type Balancing, spread } from '../../src/locality/spread.ts'
import { candidate, viewpoint } from '../support/candidate.ts'

const PLAIN: Balancing = { balancer: 'RoundRobin', weighsZones: false, panicThreshold: 1 }

const endpoints = [
  candidate('a-1', { zone: 'zone-a' }),
  candidate('a-2', { zone: 'zone-a', weight: 3 }),
  candidate('b-1', { zone: 'zone-b' }),
  candidate('b-2', { zone: 'zone-b' }),
  candidate('c-1', { region: 'r2', zone: 'zone-c' }),
]

interface Case {
  readonly down?: readonly string[]
  readonly policy?: Partial<LocalityPolicy>
  readonly balancing?: Partial<Balancing>
  readonly mode?: Candidates['mode']
  readonly all?: readonly Candidate[]
}

function spreadFromA({ down = [], policy, balancing, mode = 'PreferSameZone', all = endpoints }: Case) {
  const decision = decide({ mode, rule: 'a rule', endpoints: all, policy: { ...DEFAULT_POLICY, ...policy } })
  const assignment = assign(decision, viewpoint('zone-a'))
  const given = spread(assignment, ({ endpoints: [one] }) => !down.includes(one?.candidate.name ?? ''), {
    ...PLAIN,
    ...balancing,
  })
  const byName = assignment.endpoints.map(({ candidate }, index) => ({
    candidate,
    percent: (given.shares[index] ?? 0) * 100,
  }))
  return { byName, panics: given.panics }
}

/** What each endpoint gets from zone-a, in per cent, by name. */
function shares(given: Case) {
  const { byName, panics } = spreadFromA(given)
  const rounded = byName.map(({ candidate: { name }, percent }) => [name, Math.round(percent * 10) / 10])
  return { ...Object.fromEntries(rounded.filter(([, share]) => share !== 0)), panics }
}

const setting = <Value>(value: Value) => ({ value, origin: undefined })
const distribute = (to: Readonly<Record<string, number>>) => ({
  distribute: setting(
    new Map([
      [
        'r1/zone-a',
        {
          from: { region: 'r1', zone: 'zone-a' },
          to: Object.entries(to).map(([zone, weight]) => ({ region: 'r1', zone, weight })),
        },
      ],
    ]),
  ),
})

describe('requests', () => {
  test('stay by weight with the chosen endpoints while all are well, as explain says', () => {
    expect(shares({})).toEqual({ 'a-1': 25, 'a-2': 75, panics: false })
  })

  test('stay in the zone while one endpoint of it is well', () => {
    expect(shares({ down: ['a-2'] })).toEqual({ 'a-1': 100, panics: false })
  })

  test('go to the next step when none of the zone is, and past that one too', () => {
    expect(shares({ down: ['a-1', 'a-2'] })).toEqual({ 'b-1': 50, 'b-2': 50, panics: false })
    expect(shares({ down: ['a-1', 'a-2', 'b-1', 'b-2'] })).toEqual({ 'c-1': 100, panics: false })
  })

  test('spill over early where the service says so: by the number of endpoints, whatever their weights', () => {
    const policy = { spillover: setting(80) }
    expect(shares({ down: ['a-2'], policy })).toEqual({ 'a-1': 62, 'b-1': 19, 'b-2': 19, panics: false })
  })

  test('go to endpoints that are down, of all steps by their number, when all are', () => {
    const down = endpoints.map(({ name }) => name)
    expect(shares({ down })).toEqual({
      'a-1': 10,
      'a-2': 30,
      'b-1': 20,
      'b-2': 20,
      'c-1': 20,
      panics: true,
    })
  })

  test('go nowhere when all are down and the service wants no panic, or nothing stands by', () => {
    const down = endpoints.map(({ name }) => name)
    expect(shares({ down, balancing: { panicThreshold: 0 } })).toEqual({ panics: false })
    const policy = { failover: setting('none' as const) }
    const balancing = { panicThreshold: 0 }
    expect(shares({ down: ['a-1', 'a-2'], policy, balancing })).toEqual({ panics: false })
    expect(shares({ all: [] })).toEqual({ panics: false })
  })

  test('take no notice of weights with the random balancer', () => {
    expect(shares({ balancing: { balancer: 'Random' } })).toEqual({ 'a-1': 50, 'a-2': 50, panics: false })
  })
})

describe('a gateway of another network', () => {
  const network: Network = {
    name: 'far',
    gateways: [
      { address: '192.0.2.1', port: 15443, region: 'r2', zone: 'zone-x' },
      { address: '192.0.2.2', port: 15443, region: 'r2', zone: 'zone-y' },
    ],
  }
  const near = candidate('a-1', { zone: 'zone-a' })
  const behind = ['c-1', 'c-2', 'c-3'].map((name, index) =>
    candidate(name, { region: 'r2', zone: 'zone-c', weight: index + 1, network }),
  )
  const assignment = (mode: Candidates['mode'], endpoints: readonly Candidate[]) =>
    assign(decide({ mode, rule: 'a rule', endpoints }), viewpoint('zone-a'))
  /** What the endpoints get, in per cent, while the gateways in some zones are down. */
  const sharesBehind = (from: Assignment, down: readonly string[]) => {
    const isHealthy = (host: Host) => (isGateway(host) ? !down.includes(host.zone) : !down.includes('zone-a'))
    const { shares, healthy } = spread(from, isHealthy, PLAIN)
    const percent = (parts: readonly number[]) => parts.map(part => Math.round(part * 1000) / 10)
    return { shares: percent(shares), healthy: percent(healthy) }
  }

  test('is one host, whatever is behind it: half of the gateways bear half of the priority', () => {
    const spilling = { ...assignment('PreferSameZone', [near, ...behind]), spillover: 100 }
    expect(sharesBehind(spilling, ['zone-a'])).toMatchObject({ shares: [0, 16.7, 33.3, 50] })
    const far = { ...assignment('ClusterWide', behind), spillover: 100 }
    expect(sharesBehind(far, ['zone-x'])).toEqual({ shares: [16.7, 33.3, 50], healthy: [16.7, 33.3, 50] })
  })

  test('shares out by weight, beside endpoints that are reached directly', () => {
    const all = assignment('ClusterWide', [near, ...behind])
    expect(sharesBehind(all, [])).toMatchObject({ shares: [14.3, 14.3, 28.6, 42.9] })
    expect(sharesBehind(all, ['zone-x'])).toMatchObject({ shares: [25, 12.5, 25, 37.5] })
  })

  test('that is down in a panic gets requests that nobody answers', () => {
    const far = assignment('ClusterWide', behind)
    expect(sharesBehind(far, ['zone-x', 'zone-y'])).toEqual({ shares: [16.7, 33.3, 50], healthy: [0, 0, 0] })
  })
})

describe('zones with weights of their own', () => {
  const weighted = { policy: distribute({ 'zone-a': 1, 'zone-b': 2 }), balancing: { weighsZones: true } }
  const round = (percent: number) => Math.round(percent * 10) / 10

  test('keep them while one endpoint of each is well', () => {
    expect(shares({ ...weighted, down: ['b-2'] })).toEqual({
      'a-1': round(100 / 12),
      'a-2': 25,
      'b-1': round(200 / 3),
      panics: false,
    })
  })

  // Locality weights X 1 and Y 2 at the default factor: the table of Envoy's "Locality weighted load balancing".
  test.each([
    [100, 33, 67],
    [70, 33, 67],
    [69, 32, 68],
    [50, 26, 74],
    [25, 15, 85],
    [0, 0, 100],
  ])('lose them by health as Envoy documents it: %i per cent healthy', (healthy, toX, toY) => {
    const named = (zone: string) =>
      Array.from({ length: 100 }, (_, index) => candidate(`${zone}-${index}`, { zone: `zone-${zone}` }))
    const x = named('a')
    const down = x.slice(healthy).map(({ name }) => name)
    const policy = { ...weighted.policy, spillover: setting(10_000 / 140) }
    const { byName } = spreadFromA({
      all: [...x, ...named('b')],
      down,
      policy,
      balancing: weighted.balancing,
    })
    const total = (zone: string) =>
      byName.reduce((sum, { candidate, percent }) => sum + (candidate.zone === zone ? percent : 0), 0)
    // The page cuts off what follows the point here, and rounds there.
    expect(Math.abs(total('zone-a') - toX)).toBeLessThan(1)
    expect(Math.abs(total('zone-b') - toY)).toBeLessThan(1)
  })

  test('count by their endpoints where the rule is for another zone: health then moves nothing between them', () => {
    const all = [...endpoints, candidate('b-3', { zone: 'zone-b' })]
    const given = { mode: 'ClusterWide' as const, all, down: ['b-2', 'b-3'] }
    expect(shares({ ...given, balancing: { weighsZones: true } })).toEqual({
      'a-1': 12.5,
      'a-2': 37.5,
      'b-1': 37.5,
      'c-1': 12.5,
      panics: false,
    })
    expect(shares(given)['b-1']).toBeCloseTo(100 / 6, 0)
  })

  test('keep them whole in the table of a hash', () => {
    const policy = { ...weighted.policy, spillover: setting(100) }
    const balancing = { weighsZones: true, balancer: 'ConsistentHash' as const }
    expect(shares({ policy, balancing, down: ['b-2'] })['b-1']).toBeGreaterThan(
      shares({ policy, balancing: { weighsZones: true }, down: ['b-2'] })['b-1'] ?? 0,
    )
  })

  test('are one pool in a panic, but for a hash', () => {
    const down = endpoints.map(({ name }) => name)
    expect(shares({ ...weighted, down })['a-2']).toBe(40)
    const balancing = { weighsZones: true, balancer: 'ConsistentHash' as const }
    expect(shares({ ...weighted, balancing, down })['a-2']).toBe(20)
  })
})
