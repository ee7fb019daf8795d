import { describe, expect, test } from 'vitest'
import { assign } from '../../src/locality/assign.ts'
import type { Candidates } from '../../src/locality/assignment.ts'
import type { Candidate } from '../../src/locality/candidate.ts'
import { decide } from '../../src/locality/decision.ts'
import { DEFAULT_POLICY, type LocalityPolicy, type Setting } from '../../src/locality/locality-policy.ts'
import { viewpointClass } from '../../src/locality/viewpoint-class.ts'
import type { Viewpoint } from '../../src/model/viewpoint.ts'
import { candidate, viewpoint } from '../support/candidate.ts'

const said = <Value>(value: Value): Setting<Value> => ({ value, origin: 'source east, revision 7' })

function decided(
  endpoints: readonly Candidate[],
  policy: Partial<LocalityPolicy>,
  mode: Candidates['mode'] = 'PreferSameZone',
) {
  return decide({ mode, rule: 'a rule', endpoints, policy: { ...DEFAULT_POLICY, ...policy } })
}

/** `priority name share` of each endpoint that is sent, in order. */
function line(decision: ReturnType<typeof decide>, from: Viewpoint): string[] {
  return assign(decision, from).endpoints.flatMap(({ candidate: { name }, priority, share }) =>
    priority === null ? [] : [`${priority} ${name} ${Math.round(share * 1000) / 1000}`],
  )
}

const places = [
  candidate('here', { zone: 'zone-a', node: 'node-1' }),
  candidate('next', { zone: 'zone-a', node: 'node-2' }),
  candidate('near', { zone: 'zone-b', node: 'node-3' }),
  candidate('far', { region: 'r2', zone: 'zone-x', node: 'node-4' }),
]

describe('minEndpoints', () => {
  test('leaves a zone that has fewer, and says so with its numbers', () => {
    const decision = decided(places, { minEndpoints: said(2) })
    const { notes, endpoints } = assign(decision, viewpoint('zone-b'))
    expect(endpoints.map(one => one.priority)).toEqual([0, 0, 0, 0])
    expect(endpoints[0]?.reason).toBe("all are used: the proxy's zone has too few")
    expect(notes).toEqual([
      'zone r1/zone-b has 1 endpoint and minEndpoints is 2 (source east, revision 7): all endpoints are used',
    ])
  })

  test('changes nothing for a zone that has as many', () => {
    const decision = decided(places, { minEndpoints: said(2) })
    const same = decided(places, {})
    expect(assign(decision, viewpoint('zone-a'))).toEqual(assign(same, viewpoint('zone-a')))
  })

  test('asks the zone for as many, not a node in it', () => {
    const from = viewpoint('zone-a', 'node-1')
    expect(line(decided(places, { minEndpoints: said(2) }, 'PreferSameNode'), from)[0]).toBe('0 here 1')
    expect(line(decided(places, { minEndpoints: said(3) }, 'PreferSameNode'), from)[3]).toBe('0 far 0.25')
  })
})

describe('failover: none', () => {
  test('sends only the chosen, and says of the others why they are not sent', () => {
    const decision = decided(places, { failover: said('none' as const) })
    expect(line(decision, viewpoint('zone-a'))).toEqual(['0 here 0.5', '0 next 0.5'])
    expect(assign(decision, viewpoint('zone-a')).endpoints[3]?.reason).toBe(
      'left out: failover is none (source east, revision 7)',
    )
  })
})

describe('preferSource', () => {
  const both = [
    ...places,
    candidate('w-here', { zone: 'zone-a', source: 'west' }),
    candidate('w-near', { zone: 'zone-b', source: 'west' }),
  ]
  const preferred = decided(both, { preferSource: said(true) })

  test('puts the source of the proxy first at each distance', () => {
    const from = viewpoint('zone-a', '', { source: 'west' })
    expect(line(preferred, from)).toEqual([
      '0 w-here 1',
      '1 here 0',
      '1 next 0',
      '2 w-near 0',
      '3 near 0',
      '4 far 0',
    ])
    const reasons = assign(preferred, from).endpoints.map(one => one.reason)
    expect(reasons[1]).toBe("standby: of another source; in the proxy's zone")
  })

  test('is nothing to a proxy of no source, or of one without endpoints', () => {
    const plain = line(decided(both, {}), viewpoint('zone-a'))
    for (const source of ['', 'south']) {
      expect(line(preferred, viewpoint('zone-a', '', { source }))).toEqual(plain)
    }
  })

  test('tells sources apart only where it makes a difference', () => {
    const classes = (decision: ReturnType<typeof decide>, sources: readonly string[]) =>
      new Set(sources.map(source => viewpointClass(decision, viewpoint('zone-a', '', { source })))).size
    expect(classes(preferred, ['', 'south'])).toBe(1)
    expect(classes(preferred, ['', 'east', 'west'])).toBe(3)
    expect(classes(decided(both, {}), ['', 'east', 'west'])).toBe(1)
    expect(classes(decided(places, { preferSource: said(true) }), ['', 'east', 'west'])).toBe(1)
  })
})

describe('distribute', () => {
  const from = { region: 'r1', zone: 'zone-a' }
  const distribute = (to: Readonly<Record<string, number>>) => ({
    distribute: said(
      new Map([
        [
          'r1/zone-a',
          { from, to: Object.entries(to).map(([zone, weight]) => ({ region: 'r1', zone, weight })) },
        ],
      ]),
    ),
  })
  const three = [...places, candidate('c', { zone: 'zone-c', weight: 3 })]
  const shared = decided(three, distribute({ 'zone-a': 80, 'zone-b': 15, 'zone-c': 5 }))

  test('shares the requests of one zone out by weight, then by the weights of endpoints', () => {
    expect(line(shared, viewpoint('zone-a'))).toEqual([
      '0 here 0.4',
      '0 next 0.4',
      '0 near 0.15',
      '0 c 0.05',
      '1 far 0',
    ])
    const { mode, rule, endpoints } = assign(shared, viewpoint('zone-a'))
    expect({ mode, rule, reason: endpoints[2]?.reason }).toEqual({
      mode: 'Weighted',
      rule: 'distribute from r1/zone-a of source east, revision 7',
      reason: 'in zone r1/zone-b, which gets 15 %',
    })
  })

  test('leaves the proxies of other zones alone', () => {
    for (const other of [viewpoint('zone-b'), viewpoint('zone-x', '', { region: 'r2' }), viewpoint('')]) {
      expect(assign(shared, other)).toEqual(assign(decided(three, {}), other))
    }
  })

  test('keeps zones that are not named behind, by distance', () => {
    expect(line(decided(three, distribute({ 'zone-b': 1 })), viewpoint('zone-a'))).toEqual([
      '0 near 1',
      '1 here 0',
      '1 next 0',
      '2 c 0',
      '3 far 0',
    ])
  })

  test('gives the share of a zone without endpoints to the others, with a note', () => {
    const { endpoints, notes } = assign(
      decided(three, distribute({ 'zone-b': 60, 'zone-c': 20, 'zone-d': 20 })),
      viewpoint('zone-a'),
    )
    expect(endpoints.slice(0, 2).map(one => one.share)).toEqual([0.75, 0.25])
    expect(notes).toEqual([
      'distribute names zone r1/zone-d, which has no endpoint that can be used: its share goes to the other zones',
    ])
  })

  test('whose zones are all empty is passed over', () => {
    const decision = decided(three, distribute({ 'zone-d': 1 }))
    expect(line(decision, viewpoint('zone-a'))).toEqual(line(decided(three, {}), viewpoint('zone-a')))
    expect(assign(decision, viewpoint('zone-a')).notes[0]).toMatch(/zone-d.*the rule is passed over$/)
  })

  test('wins over minEndpoints and over the node', () => {
    const decision = decided(
      three,
      { ...distribute({ 'zone-a': 1 }), minEndpoints: said(9) },
      'PreferSameNode',
    )
    expect(line(decision, viewpoint('zone-a', 'node-1')).slice(0, 2)).toEqual(['0 here 0.5', '0 next 0.5'])
  })

  test('keeps its shares behind a preferred source too', () => {
    const both = [...places, candidate('w', { zone: 'zone-b', source: 'west' })]
    const decision = decided(both, {
      ...distribute({ 'zone-a': 80, 'zone-b': 20 }),
      preferSource: said(true),
    })
    const seen = assign(decision, viewpoint('zone-a', '', { source: 'west' })).endpoints
    expect(
      seen.map(one => `${one.priority} ${one.candidate.name} ${one.share} ${one.portion}`).slice(0, 4),
    ).toEqual(['0 w 1 1', '1 here 0 0.4', '1 next 0 0.4', '1 near 0 0.2'])
  })

  test('tells its zone apart from others, and its nodes not', () => {
    const clusterWide = decided(three, distribute({ 'zone-b': 1 }), 'ClusterWide')
    const classes = [viewpoint('zone-a', 'n1'), viewpoint('zone-a'), viewpoint('zone-b'), viewpoint('')]
    expect(new Set(classes.map(one => viewpointClass(clusterWide, one))).size).toBe(2)
  })
})
