import { describe, expect, test } from 'vitest'
import { parseTopology } from '../../src/model/parse-topology.ts'
import { bodies, good } from './parsed-bodies.ts'
import { refusals, storedService } from './traffic-settings.ts'

const ALL_DEFAULT = {
  headroom: 10,
  minEndpoints: 1,
  spillover: 0,
  failover: 'nearest',
  preferSource: false,
  distribute: [],
}

test('a service keeps what it says even where that holds anyway: it wins over what its source sets', () => {
  expect(storedService({ locality: ALL_DEFAULT })).toEqual({ locality: ALL_DEFAULT })
  expect(storedService({ locality: {} })).toEqual({})
})

test('defaults of a source keep only what they change, and none are no entry', () => {
  const stored = (defaults: object) => bodies(good(parseTopology({ defaults })))
  expect(stored({ locality: ALL_DEFAULT })).toEqual({})
  expect(stored({})).toEqual({})
  expect(stored({ locality: { ...ALL_DEFAULT, failover: 'none' } })).toEqual({
    'Defaults//defaults': { locality: { failover: 'none' } },
  })
})

test('a service and its source may be balanced, with a headroom of their own', () => {
  const locality = { mode: 'Balanced', headroom: 0 }
  expect(storedService({ locality })).toEqual({ locality })
  const stored = bodies(good(parseTopology({ defaults: { locality: { headroom: 1000, mode: 'Balanced' } } })))
  expect(JSON.stringify(stored['Defaults//defaults'])).toBe(
    '{"locality":{"mode":"Balanced","headroom":1000}}',
  )
})

test('a distribution is stored by zone, without zones that get nothing', () => {
  const distribute = [
    { from: 'zone-b', to: { 'zone-b': 1 } },
    { from: 'r1/zone-a', to: { 'zone-b': 20, 'r1/zone-c': 0, 'r1/zone-a': 80 } },
  ]
  const { locality } = storedService({ locality: { distribute } }) as { locality: object }
  expect(JSON.stringify(locality)).toBe(
    '{"distribute":[{"from":"r1/zone-a","to":{"r1/zone-a":80,"zone-b":20}},{"from":"zone-b","to":{"zone-b":1}}]}',
  )
})

describe('settings that say nothing sensible are refused', () => {
  const distribute = (...rules: object[]) => ({ distribute: rules })
  const to = { 'zone-a': 1 }
  test.each<[string, object, string[]]>([
    ['an unknown mode', { mode: 'balanced' }, ['/mode']],
    ['a headroom below the mean', { mode: 'Balanced', headroom: -1 }, ['/headroom']],
    ['a headroom of more than ten times the mean', { headroom: 1001 }, ['/headroom']],
    ['half a per cent', { headroom: 0.5 }, ['/headroom']],
    ['no endpoint at all', { minEndpoints: 0 }, ['/minEndpoints']],
    ['half an endpoint', { minEndpoints: 1.5 }, ['/minEndpoints']],
    ['more than 100 per cent', { spillover: 101 }, ['/spillover']],
    ['an unknown failover', { failover: 'far' }, ['/failover']],
    ['text for yes', { preferSource: 'true' }, ['/preferSource']],
    ['a rule for no zone', distribute({ to }), ['/distribute/0/from']],
    ['a rule without shares', distribute({ from: 'zone-a' }), ['/distribute/0/to']],
    ['shares of nothing', distribute({ from: 'zone-a', to: { 'zone-a': 0 } }), ['/distribute/0/to']],
    ['no shares', distribute({ from: 'zone-a', to: {} }), ['/distribute/0/to']],
    [
      'a negative share',
      distribute({ from: 'zone-a', to: { ...to, 'zone-b': -1 } }),
      ['/distribute/0/to/zone-b'],
    ],
    [
      'a name that no zone may have',
      distribute({ from: 'a'.repeat(64), to: { [`r1/${'b'.repeat(64)}`]: 1 } }),
      ['/distribute/0/from', `/distribute/0/to/r1~1${'b'.repeat(64)}`],
    ],
    ['a zone with three names', distribute({ from: 'r1/a/b', to }), ['/distribute/0/from']],
    [
      'two rules for one zone',
      distribute({ from: 'zone-a', to }, { from: 'zone-a', to }),
      ['/distribute/1/from'],
    ],
  ])('%s', (_title, locality, pointers) => {
    expect(refusals({ locality })).toEqual(pointers.map(pointer => `/locality${pointer}`))
  })

  test('a zone of several regions without its region, where the document shows that', () => {
    const zones = ['r1', 'r2'].map(region => ({ zone: 'zone-a', region }))
    const rule = { from: 'r1/zone-a', to: { 'zone-a': 1, 'r2/zone-a': 1 } }
    const locality = { distribute: [rule] }
    const parsed = parseTopology({ zones, services: [{ name: 'a', locality }], defaults: { locality } })
    const detail = 'is a zone of several regions: say which of r1/zone-a, r2/zone-a'
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      { pointer: '/defaults/locality/distribute/0/to/zone-a', detail },
      { pointer: '/services/0/locality/distribute/0/to/zone-a', detail },
    ])
  })
})
