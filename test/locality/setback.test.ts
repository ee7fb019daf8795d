import { describe, expect, test } from 'vitest'
import { assign } from '../../src/locality/assign.ts'
import type { Candidate, Setback } from '../../src/locality/candidate.ts'
import { decide } from '../../src/locality/decision.ts'
import { DEFAULT_POLICY } from '../../src/locality/locality-policy.ts'
import { candidate, viewpoint } from '../support/candidate.ts'

const drained: Setback = { kind: 'drained', isDropped: false, reason: 'zone r1/zone-a is drained' }
const silent: Setback = { kind: 'stale', isDropped: false, reason: 'source west is silent' }

function seen(endpoints: readonly Candidate[], zone = 'zone-a', policy = DEFAULT_POLICY) {
  const decision = decide({ mode: 'PreferSameZone', rule: 'a rule', endpoints, policy })
  return assign(decision, viewpoint(zone))
}

/** `priority name` in order. */
const line = (...given: Parameters<typeof seen>) =>
  seen(...given).endpoints.map(({ candidate: { name }, priority }) => `${priority} ${name}`)

const here = (fields: Partial<Candidate> = {}) => candidate('here', { zone: 'zone-a', ...fields })
const near = (fields: Partial<Candidate> = {}) => candidate('near', { zone: 'zone-b', ...fields })
const far = (fields: Partial<Candidate> = {}) => candidate('far', { region: 'r2', zone: 'zone-x', ...fields })

describe('an endpoint that was set back', () => {
  test('of a drained zone is the last step, for the proxies of its own zone too', () => {
    const endpoints = [here({ setback: drained }), near(), far()]
    expect(line(endpoints)).toEqual(['0 near', '0 far', '1 here'])
    expect(line(endpoints, 'zone-b')).toEqual(['0 near', '1 far', '2 here'])
    const { endpoints: shown, notes } = seen(endpoints)
    expect(shown.at(-1)?.reason).toBe('standby: behind all others: zone r1/zone-a is drained')
    expect(notes).toEqual(['zone r1/zone-a is drained: its endpoints stand behind all others'])
  })

  test('of a silent source stands before those of a drained zone', () => {
    const endpoints = [here({ setback: drained }), far({ setback: silent }), near()]
    expect(line(endpoints)).toEqual(['0 near', '1 far', '2 here'])
  })

  test('is used as if nothing were while nobody else is ready', () => {
    const endpoints = [here({ setback: drained }), near({ setback: drained }), far({ ready: false })]
    expect(line(endpoints)).toEqual(['0 here', '1 near', 'null far'])
    expect(seen(endpoints).notes).toContain(
      'zone r1/zone-a is drained, but nobody else is ready: its endpoints are used',
    )
    expect(line([here({ setback: silent }), near({ setback: drained })], 'zone-b')).toEqual([
      '0 here',
      '1 near',
    ])
  })

  test('that is ready goes before one in front that is not', () => {
    const dying = near({ ready: false, terminating: true })
    expect(line([here({ setback: drained }), dying], 'zone-b')).toEqual(['0 here', 'null near'])
  })

  test('and dropped is not sent at all, even if nobody else is there', () => {
    const dropped = here({ setback: { ...silent, isDropped: true } })
    expect(line([dropped, near()])).toEqual(['0 near', 'null here'])
    expect(line([dropped])).toEqual(['null here'])
    expect(seen([dropped]).endpoints[0]?.reason).toBe('left out: source west is silent')
  })

  test('is left out like every standby where nothing may stand by', () => {
    const failover = { value: 'none' as const, origin: 'source east, revision 7' }
    const policy = { ...DEFAULT_POLICY, failover }
    expect(line([here({ setback: drained }), near()], 'zone-b', policy)).toEqual(['0 near', 'null here'])
  })

  test('does not switch a zone rule off, nor keep one on', () => {
    const nowhere = candidate('nowhere', { setback: silent })
    expect(line([here(), near(), nowhere])).toEqual(['0 here', '1 near', '2 nowhere'])
  })
})

test('a service of two sources with as many endpoints as each may have is decided like any other', () => {
  const endpoints = Array.from({ length: 200_000 }, (_, index) => {
    return candidate(`e${index}`, { source: index < 100_000 ? 'east' : 'west' })
  })
  expect(decide({ mode: 'ClusterWide', rule: 'a rule', endpoints }).eligible).toHaveLength(200_000)
})
