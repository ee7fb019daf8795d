import { describe, expect, test } from 'vitest'
import { assign } from '../../src/locality/assign.ts'
import type { Candidates } from '../../src/locality/assignment.ts'
import type { Candidate } from '../../src/locality/candidate.ts'
import { decide } from '../../src/locality/decision.ts'
import { viewpointClass } from '../../src/locality/viewpoint-class.ts'
import type { Viewpoint } from '../../src/model/viewpoint.ts'
import { candidate, viewpoint } from '../support/candidate.ts'

type Mode = Candidates['mode']

function assignment(mode: Mode, endpoints: readonly Candidate[], from: Viewpoint) {
  return assign(decide({ mode, rule: 'a rule', endpoints }), from)
}

/** Names by priority: `[['chosen'], ['first step'], …]`. */
function steps(mode: Mode, endpoints: readonly Candidate[], from: Viewpoint): string[][] {
  const names: string[][] = []
  for (const { candidate, priority } of assignment(mode, endpoints, from).endpoints) {
    if (priority === null) continue
    const step = names[priority] ?? []
    names[priority] = [...step, candidate.name]
  }
  return names
}

const fourPlaces = [
  candidate('here', { zone: 'zone-a', node: 'node-1' }),
  candidate('next', { zone: 'zone-a', node: 'node-2' }),
  candidate('near', { zone: 'zone-b', node: 'node-3' }),
  candidate('far', { region: 'r2', zone: 'zone-a', node: 'node-4' }),
]

describe('chosen endpoints come first, the others behind them by distance', () => {
  test.each<[Mode, Viewpoint, string[][]]>([
    ['ClusterWide', viewpoint('zone-a', 'node-1'), [['here', 'next', 'near', 'far']]],
    ['PreferSameZone', viewpoint('zone-a', 'node-1'), [['here', 'next'], ['near'], ['far']]],
    ['PreferClose', viewpoint('zone-b'), [['near'], ['here', 'next'], ['far']]],
    ['PreferSameNode', viewpoint('zone-a', 'node-1'), [['here'], ['next'], ['near'], ['far']]],
    ['PreferSameNode', viewpoint('zone-a', 'node-9'), [['here', 'next'], ['near'], ['far']]],
    ['PreferSameNode', viewpoint('zone-c', 'node-9'), [['here', 'next', 'near', 'far']]],
    ['PreferSameZone', viewpoint('zone-c'), [['here', 'next', 'near', 'far']]],
    ['PreferSameZone', viewpoint(''), [['here', 'next', 'near', 'far']]],
    ['PreferSameZone', viewpoint('zone-a', '', { region: 'r2' }), [['far'], ['here', 'next', 'near']]],
  ])('%s seen from %o', (mode, from, expected) => {
    expect(steps(mode, fourPlaces, from)).toEqual(expected)
  })

  test('an empty step leaves no gap between priorities', () => {
    const endpoints = [
      candidate('here', { zone: 'zone-a' }),
      candidate('far', { region: 'r2', zone: 'zone-x' }),
    ]
    expect(steps('PreferSameZone', endpoints, viewpoint('zone-a'))).toEqual([['here'], ['far']])
  })
})

describe('who is eligible', () => {
  test('a drained endpoint is never chosen, not even when it is the only one', () => {
    const only = [candidate('drained', { zone: 'zone-a', weight: 0 })]
    expect(steps('PreferSameZone', only, viewpoint('zone-a'))).toEqual([])
    expect(assignment('PreferSameZone', only, viewpoint('zone-a')).endpoints[0]).toMatchObject({
      priority: null,
      reason: 'drained: weight 0',
    })
  })

  test('a drained endpoint without a zone does not switch the rule off', () => {
    const endpoints = [candidate('here', { zone: 'zone-a' }), candidate('drained', { weight: 0 })]
    expect(steps('PreferSameZone', endpoints, viewpoint('zone-a'))).toEqual([['here']])
  })

  test('endpoints that serve while they terminate are used from everywhere once none is ready', () => {
    const leaving = { ready: false, terminating: true } as const
    const endpoints = [
      candidate('leaving-a', { zone: 'zone-a', ...leaving }),
      candidate('leaving-b', { zone: 'zone-b', ...leaving }),
      candidate('gone', { zone: 'zone-a', ...leaving, serving: false }),
    ]
    expect(steps('PreferSameZone', endpoints, viewpoint('zone-a'))).toEqual([['leaving-a', 'leaving-b']])
  })

  test('one ready endpoint elsewhere is preferred to terminating ones in the zone', () => {
    const endpoints = [
      candidate('leaving', { zone: 'zone-a', ready: false, terminating: true }),
      candidate('ready', { zone: 'zone-b' }),
    ]
    expect(steps('PreferSameZone', endpoints, viewpoint('zone-a'))).toEqual([['ready']])
  })
})

describe('given hints', () => {
  test('win over the endpoint’s own zone and over the mode', () => {
    const hints = (zone: string) => ({ zones: [zone], nodes: [] })
    const endpoints = [
      candidate('lent', { zone: 'zone-a', hints: hints('zone-b') }),
      candidate('own', { zone: 'zone-a', hints: hints('zone-a') }),
    ]
    expect(steps('PreferSameZone', endpoints, viewpoint('zone-b'))).toEqual([['lent'], ['own']])
    expect(assignment('PreferSameZone', endpoints, viewpoint('zone-b')).mode).toBe('Hints')
  })

  test('with one source a single endpoint without a hint switches them off for everybody, and a note says so', () => {
    const endpoints = [
      candidate('hinted', { zone: 'zone-a', hints: { zones: ['zone-a'], nodes: [] } }),
      candidate('bare', { zone: 'zone-a' }),
    ]
    const { notes } = assignment('ClusterWide', endpoints, viewpoint('zone-a'))
    expect(steps('ClusterWide', endpoints, viewpoint('zone-a'))).toEqual([['bare', 'hinted']])
    expect(notes).toContain('endpoint bare has no zone hint: no zone is preferred, for any proxy')
  })

  test('name a node before a zone', () => {
    const endpoints = [
      candidate('n1', { zone: 'zone-a', hints: { zones: ['zone-a'], nodes: ['node-1'] } }),
      candidate('n2', { zone: 'zone-a', hints: { zones: ['zone-a'], nodes: ['node-2'] } }),
    ]
    expect(steps('ClusterWide', endpoints, viewpoint('zone-a', 'node-2'))).toEqual([['n2'], ['n1']])
  })
})

describe('several sources of one service', () => {
  test('may have nodes of one name: the one in the zone of the proxy is meant', () => {
    const endpoints = [
      candidate('here', { zone: 'zone-a', node: 'node-1' }),
      candidate('there', { region: 'r9', zone: 'zone-x', node: 'node-1', source: 'west' }),
    ]
    const chosen = (from: Viewpoint) =>
      assignment('PreferSameNode', endpoints, from)
        .endpoints.filter(one => one.chosen)
        .map(one => one.candidate.name)
    expect(chosen(viewpoint('zone-a', 'node-1'))).toEqual(['here'])
    expect(chosen({ ...viewpoint('zone-x', 'node-1'), region: 'r9' })).toEqual(['there'])
    expect(chosen(viewpoint('zone-b', 'node-1'))).toEqual(['here', 'there'])
  })

  test("an endpoint without a zone switches the rule off for its own source's sake only", () => {
    const endpoints = [candidate('here', { zone: 'zone-a' }), candidate('bare', { source: 'vms' })]
    expect(steps('PreferSameZone', endpoints, viewpoint('zone-a'))[0]).toEqual(['here'])
    expect(
      steps(
        'PreferSameZone',
        [candidate('here', { zone: 'zone-a' }), candidate('bare')],
        viewpoint('zone-a'),
      ),
    ).toEqual([['bare', 'here']])
  })

  test('the choice is made once over the endpoints of all of them', () => {
    const endpoints = [
      candidate('east-a', { zone: 'zone-a' }),
      candidate('west-a', { zone: 'zone-a', source: 'west' }),
      candidate('west-b', { zone: 'zone-b', source: 'west' }),
    ]
    expect(steps('PreferSameZone', endpoints, viewpoint('zone-a'))).toEqual([
      ['east-a', 'west-a'],
      ['west-b'],
    ])
  })
})

describe('the reasons', () => {
  test('say where each endpoint stands and what share of the traffic it gets', () => {
    const endpoints = [
      candidate('light', { zone: 'zone-a', weight: 1 }),
      candidate('heavy', { zone: 'zone-a', weight: 3 }),
      candidate('near', { zone: 'zone-b' }),
      candidate('down', { zone: 'zone-a', ready: false }),
    ]
    const { endpoints: assigned } = assignment('PreferSameZone', endpoints, viewpoint('zone-a'))
    expect(assigned.map(one => [one.candidate.name, one.share, one.reason])).toEqual([
      ['heavy', 0.75, "in the proxy's zone"],
      ['light', 0.25, "in the proxy's zone"],
      ['near', 0, 'standby: same region, other zone'],
      ['down', 0, 'not ready'],
    ])
  })

  test('say that a zone of the right name is in another region', () => {
    const endpoints = [candidate('far', { region: 'r2', zone: 'zone-a' })]
    expect(assignment('PreferSameZone', endpoints, viewpoint('zone-a')).notes).toEqual([
      'no endpoint for zone r1/zone-a, but for a zone of that name in region r2: zones are equal only when their regions are; all endpoints are used',
    ])
  })
})

describe('viewpoints that can see no difference share a class', () => {
  const classOf = (mode: Mode, from: Viewpoint) =>
    viewpointClass(decide({ mode, rule: '', endpoints: fourPlaces }), from)

  test('everybody does when the rule is cluster-wide', () => {
    expect(classOf('ClusterWide', viewpoint('zone-a', 'node-1'))).toBe(
      classOf('ClusterWide', viewpoint('zone-b')),
    )
  })

  test('the nodes of a zone do when the rule reads the zone', () => {
    expect(classOf('PreferSameZone', viewpoint('zone-a', 'node-1'))).toBe(
      classOf('PreferSameZone', viewpoint('zone-a', 'node-9')),
    )
    expect(classOf('PreferSameZone', viewpoint('zone-a'))).not.toBe(
      classOf('PreferSameZone', viewpoint('zone-b')),
    )
  })

  test('a node is told apart only where it has an endpoint', () => {
    expect(classOf('PreferSameNode', viewpoint('zone-a', 'node-8'))).toBe(
      classOf('PreferSameNode', viewpoint('zone-a', 'node-9')),
    )
    expect(classOf('PreferSameNode', viewpoint('zone-a', 'node-1'))).not.toBe(
      classOf('PreferSameNode', viewpoint('zone-a', 'node-2')),
    )
  })

  test('zones without endpoints do', () => {
    expect(classOf('PreferSameZone', viewpoint('zone-x'))).toBe(
      classOf('PreferSameZone', viewpoint('zone-y')),
    )
  })
})
