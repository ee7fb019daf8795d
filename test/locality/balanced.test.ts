import { describe, expect, test } from 'vitest'
import { assign } from '../../src/locality/assign.ts'
import type { Candidate } from '../../src/locality/candidate.ts'
import { decide } from '../../src/locality/decision.ts'
import { DEFAULT_POLICY, type LocalityPolicy, type Setting } from '../../src/locality/locality-policy.ts'
import { viewpointClass } from '../../src/locality/viewpoint-class.ts'
import type { Viewpoint } from '../../src/model/viewpoint.ts'
import { candidate, viewpoint } from '../support/candidate.ts'

const ORIGIN = 'source east, revision 7'
const said = <Value>(value: Value): Setting<Value> => ({ value, origin: ORIGIN })

/** So many endpoints of weight 1 in each zone of region r1. */
function fleet(counts: Readonly<Record<string, number>>): Candidate[] {
  return Object.entries(counts).flatMap(([zone, count]) =>
    Array.from({ length: count }, (_, index) => candidate(`${zone}-${index}`, { zone: `zone-${zone}` })),
  )
}

interface Given {
  readonly demand?: Readonly<Record<string, number>>
  readonly policy?: Partial<LocalityPolicy>
}

function balanced(endpoints: readonly Candidate[], { demand = {}, policy = {} }: Given = {}) {
  return decide({
    mode: 'Balanced',
    rule: `locality.mode Balanced of ${ORIGIN}`,
    endpoints,
    policy: { ...DEFAULT_POLICY, mode: said('Balanced' as const), ...policy },
    demand: Object.entries(demand).map(([zone, asked]) => ({
      region: 'r1',
      zone: `zone-${zone}`,
      demand: asked,
    })),
  })
}

/** The share of each zone in per cent, by priority. */
function shares(decision: ReturnType<typeof decide>, from: Viewpoint): Record<string, number> {
  const zones = new Map<string, number>()
  for (const { candidate: one, priority, portion } of assign(decision, from).endpoints) {
    const key = `${priority} ${one.region}/${one.zone}`
    zones.set(key, (zones.get(key) ?? 0) + portion)
  }
  return Object.fromEntries([...zones].map(([key, portion]) => [key, Math.round(portion * 1000) / 10]))
}

const uneven = { demand: { a: 8, b: 1, c: 1 } }

describe('a balanced service', () => {
  const decision = balanced(fleet({ a: 3, b: 3, c: 3 }), uneven)

  test('keeps in the zone what it may be loaded with, and sends the rest to the nearest with room', () => {
    expect(shares(decision, viewpoint('zone-a'))).toEqual({
      '0 r1/zone-a': 45.8,
      '0 r1/zone-b': 27.1,
      '0 r1/zone-c': 27.1,
    })
    expect(shares(decision, viewpoint('zone-b'))).toEqual({
      '0 r1/zone-b': 100,
      '1 r1/zone-a': 50,
      '1 r1/zone-c': 50,
    })
  })

  test('says by what figures', () => {
    const { mode, rule, notes, endpoints } = assign(decision, viewpoint('zone-a'))
    expect({ mode, rule, notes }).toEqual({
      mode: 'Balanced',
      rule: `locality.mode Balanced of ${ORIGIN}`,
      notes: [
        'zone r1/zone-a asks for 8 of 10 and has 3 of 9 endpoints: it may be loaded 10 % above the mean, with 36.7 % of all; 54.2 % of its requests go to zone r1/zone-b, zone r1/zone-c',
      ],
    })
    expect(endpoints[0]?.reason).toBe('in zone r1/zone-a, which gets 45.8 %')
    expect(assign(decision, viewpoint('zone-b')).notes).toEqual([
      'zone r1/zone-b asks for 1 of 10 and has 3 of 9 endpoints: it may be loaded 10 % above the mean, with 36.7 % of all; all of its requests stay',
    ])
  })

  test.each<[string, Parameters<typeof balanced>, string]>([
    [
      'endpoints of unequal weight',
      [
        [candidate('one', { zone: 'zone-a', weight: 30 }), candidate('two', { zone: 'zone-b', weight: 90 })],
        uneven,
      ],
      "asks for 8 of 10 and has 30 of 120 of all endpoints' weight: it may be loaded 10 % above the mean, with 27.5 % of all; 65.6 % of its requests go to zone r1/zone-b",
    ],
    [
      'no endpoint in the zone',
      [fleet({ b: 1, c: 1 }), uneven],
      'asks for 8 of 10 and has 0 of 2 endpoints; all of its requests go to zone r1/zone-b, zone r1/zone-c',
    ],
    [
      'no demand at all',
      [fleet({ a: 1, b: 3 })],
      'no demand is known; zone r1/zone-a has 1 of 4 endpoints; all of its requests stay',
    ],
    [
      'many zones to go to',
      [fleet({ b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1 }), uneven],
      'go to zone r1/zone-b, zone r1/zone-c, zone r1/zone-d, zone r1/zone-e, zone r1/zone-f and 2 more',
    ],
  ])('%s', (_title, given, figures) => {
    expect(assign(balanced(...given), viewpoint('zone-a')).notes.join()).toContain(figures)
  })

  test('is loaded as far above the mean as its headroom says', () => {
    const loose = balanced(fleet({ a: 3, b: 3, c: 3 }), { ...uneven, policy: { headroom: said(1000) } })
    expect(shares(loose, viewpoint('zone-a'))['0 r1/zone-a']).toBe(100)
    const tight = balanced(fleet({ a: 3, b: 3, c: 3 }), { ...uneven, policy: { headroom: said(0) } })
    expect(shares(tight, viewpoint('zone-a'))['0 r1/zone-a']).toBe(41.7)
  })

  test('goes to another region only where its own has no room, and lets it stand by', () => {
    const far = candidate('far', { region: 'r2', zone: 'zone-x' })
    const roomy = balanced([...fleet({ a: 1, b: 9 }), far], uneven)
    expect(Object.keys(shares(roomy, viewpoint('zone-a')))).toEqual([
      '0 r1/zone-a',
      '0 r1/zone-b',
      '1 r2/zone-x',
    ])
  })

  test('is used cluster-wide by a proxy of which no zone is known, with a note', () => {
    const { mode, notes, endpoints } = assign(decision, viewpoint(''))
    expect({ mode, notes }).toEqual({
      mode: 'Balanced',
      notes: ["the proxy's zone is unknown: all endpoints are used"],
    })
    expect(new Set(endpoints.map(one => one.share))).toEqual(new Set([1 / 9]))
  })

  test('answers a zone that nobody has heard of', () => {
    expect(shares(decision, viewpoint('zone-new'))).toEqual({
      '0 r1/zone-b': 50,
      '0 r1/zone-c': 50,
      '1 r1/zone-a': 100,
    })
  })

  test('without any endpoint that can be used says so', () => {
    const none = balanced([candidate('gone', { zone: 'zone-a', ready: false })], uneven)
    const { mode, notes } = assign(none, viewpoint('zone-a'))
    expect({ mode, notes }).toEqual({
      mode: 'Balanced',
      notes: ['no endpoint can be used: requests are answered 503'],
    })
  })

  test('shares out between those that still serve when none is ready', () => {
    const last = fleet({ a: 1, b: 1 }).map(one => ({ ...one, ready: false, terminating: true }))
    const { notes, endpoints } = assign(balanced(last, uneven), viewpoint('zone-a'))
    expect(notes[0]).toBe('no endpoint is ready: those that still serve are used')
    expect(endpoints.map(one => one.share)).toEqual([0.6875, 0.3125])
  })
})

describe('endpoints of which no zone is known', () => {
  const homeless = [...fleet({ a: 2 }), candidate('h1'), candidate('h2', { region: '' })]

  test('take in what the zone may not keep, by the distance of their region', () => {
    const decision = balanced(homeless, { demand: { a: 1 } })
    expect(shares(decision, viewpoint('zone-a'))).toEqual({ '0 /': 17.5, '0 r1/': 27.5, '0 r1/zone-a': 55 })
    const { notes, endpoints } = assign(decision, viewpoint('zone-a'))
    expect(notes[0]).toMatch(/go to an unknown zone, an unknown zone of r1$/)
    expect(endpoints[0]?.reason).toBe('in an unknown zone, which gets 17.5 %')
  })

  test('are all that there is, and used', () => {
    const decision = balanced([candidate('h1'), candidate('h2')], uneven)
    expect(shares(decision, viewpoint('zone-a'))).toEqual({ '0 r1/': 100 })
  })
})

describe('what wins', () => {
  const hinted = fleet({ a: 3, b: 3, c: 3 }).map(one => ({
    ...one,
    hints: { zones: ['zone-c'], nodes: [] },
  }))

  test('Balanced over given hints', () => {
    const without = balanced(fleet({ a: 3, b: 3, c: 3 }), uneven)
    expect(shares(balanced(hinted, uneven), viewpoint('zone-a'))).toEqual(
      shares(without, viewpoint('zone-a')),
    )
  })

  test('a rule of distribute for the zone of the proxy over Balanced, unless all of its zones are empty', () => {
    const place = { region: 'r1', zone: 'zone-a' }
    const ruled = (zone: string) =>
      balanced(fleet({ a: 3, b: 3, c: 3 }), {
        ...uneven,
        policy: {
          distribute: said(
            new Map([['r1/zone-a', { from: place, to: [{ region: 'r1', zone, weight: 1 }] }]]),
          ),
        },
      })
    expect(assign(ruled('zone-c'), viewpoint('zone-a')).mode).toBe('Weighted')
    expect(shares(ruled('zone-c'), viewpoint('zone-a'))['0 r1/zone-c']).toBe(100)
    expect(assign(ruled('zone-c'), viewpoint('zone-b')).mode).toBe('Balanced')
    const passed = assign(ruled('zone-z'), viewpoint('zone-a'))
    expect({ mode: passed.mode, notes: passed.notes.length }).toEqual({ mode: 'Balanced', notes: 2 })
  })

  test('Balanced over minEndpoints, and says so', () => {
    const decision = balanced(fleet({ a: 1, b: 1 }), { policy: { minEndpoints: said(5) } })
    const { notes, endpoints } = assign(decision, viewpoint('zone-a'))
    expect(endpoints.map(one => one.share)).toEqual([1, 0])
    expect(notes[0]).toBe(`minEndpoints 5 (${ORIGIN}) has no effect: mode is Balanced (${ORIGIN})`)
  })

  test('failover and preferSource hold as they do elsewhere', () => {
    const endpoints = [...fleet({ a: 1, b: 1, c: 1 }), candidate('w', { zone: 'zone-c', source: 'west' })]
    const decision = balanced(endpoints, {
      demand: { a: 1, c: 3 },
      policy: { failover: said('none' as const), preferSource: said(true) },
    })
    const { endpoints: seen } = assign(decision, viewpoint('zone-c', '', { source: 'west' }))
    expect(seen.map(one => `${one.priority} ${one.candidate.name}`)).toEqual([
      '0 w',
      '1 a-0',
      '1 b-0',
      '1 c-0',
    ])
    expect(shares(decision, viewpoint('zone-a', '', { source: 'east' }))['null r1/zone-b']).toBe(0)
  })
})

test('zones are told apart, nodes and unknown zones not', () => {
  const decision = balanced(fleet({ a: 3, b: 3 }), uneven)
  const classes = [
    viewpoint('zone-a', 'n1'),
    viewpoint('zone-a'),
    viewpoint('zone-b'),
    viewpoint(''),
    viewpoint('', 'n1'),
  ]
  expect(classes.map(one => viewpointClass(decision, one))).toEqual([
    'r1/zone-a',
    'r1/zone-a',
    'r1/zone-b',
    '',
    '',
  ])
})
