import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSimulationBed, type SimulatedScenario, type SimulationBed } from '../support/simulation-bed.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'

const in4 = ['zone-a', 'zone-a', 'zone-a', 'zone-a', 'zone-b', 'zone-c', 'zone-d']
const endpoints = in4.map(zone => ({ zone, weight: 1 }))
const PREFER = { trafficDistribution: 'PreferSameZone' }

const scenarios: Readonly<Record<string, SimulatedScenario>> = {
  'the zone of the proxy is lost': {
    from: 'zone-a',
    settings: PREFER,
    endpoints,
    lose: { zones: ['zone-a'] },
  },
  'three of four local endpoints are lost': {
    from: 'zone-a',
    settings: PREFER,
    endpoints,
    lose: { endpoints: [0, 1, 2] },
  },
  'half of the local endpoints are lost, and the service spills over early': {
    from: 'zone-a',
    settings: { ...PREFER, locality: { spillover: 80 } },
    endpoints,
    lose: { endpoints: [0, 1] },
  },
  'one of several zones with weights of their own fails in part': {
    from: 'zone-b',
    settings: {
      loadBalancer: { type: 'RoundRobin' },
      locality: { spillover: 90, distribute: [{ from: 'zone-b', to: { 'zone-a': 60, 'zone-c': 40 } }] },
    },
    endpoints: endpoints.map((one, index) => ({ ...one, weight: index + 1 })),
    lose: { endpoints: [0, 1] },
  },
  'the zone of the proxy is drained, and the next one is lost': {
    from: 'zone-a',
    settings: PREFER,
    endpoints,
    drain: ['zone-a'],
    lose: { zones: ['zone-b'] },
  },
  'a balanced service has its endpoints in other zones than its clients': {
    from: 'zone-b',
    settings: { locality: { mode: 'Balanced' } },
    endpoints,
    lose: {},
  },
  'everything is lost, and Envoy panics': {
    from: 'zone-b',
    settings: PREFER,
    endpoints,
    lose: { endpoints: endpoints.map((_, index) => index) },
  },
  'everything is lost, and nobody panics': {
    from: 'zone-b',
    settings: PREFER,
    panicThreshold: 0,
    endpoints,
    lose: { endpoints: endpoints.map((_, index) => index) },
  },
}

describe('a simulation says where a real Envoy sends requests', () => {
  let bed: SimulationBed
  beforeAll(async () => {
    bed = await openSimulationBed()
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  test.each(Object.entries(scenarios))(
    'when %s',
    async (_, scenario) => {
      const { simulated, seen, difference } = await bed.play(scenario, 1000)
      // More than four times the standard deviation of a fair coin thrown as often.
      expect(difference, JSON.stringify({ simulated, seen })).toBeLessThan(0.07)
    },
    60_000,
  )
})
