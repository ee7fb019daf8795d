import { describe, expect, test } from 'vitest'
import { topologyAwareHints } from '../../src/locality/topology-aware.ts'
import { zoneCapacities } from '../../src/locality/zone-capacities.ts'
import { candidate } from '../support/candidate.ts'

/** Where a last bit decides. What is expected is what the code of Kubernetes 1.37 answers (k8s.io/endpointslice). */

/** Whether Auto is on for so many endpoints, spread over the zones as evenly as can be. */
function isOn(cpus: readonly (readonly [zone: string, cpu: string])[], endpoints: number): boolean {
  const nodes = cpus.map(([zone, cpu], index) => ({ name: `node-${index}`, zone, cpu }))
  const zones = [...new Set(cpus.map(([zone]) => zone))]
  const all = Array.from({ length: endpoints }, (_, index) =>
    candidate(`e${index}`, { region: '', zone: zones[index % zones.length] ?? '' }),
  )
  return topologyAwareHints(all, zoneCapacities({ nodes, zones: [], regionOf: () => '' })).hints !== undefined
}

describe('up to 30 endpoints in equal zones', () => {
  // In five zones 6, 12 and 24 are off and 18 is on, which in exact arithmetic would be four times the same.
  test.each([
    [2, [1, 3, 5]],
    [3, [1, 2, 4, 5, 8, 11]],
    [4, [1, 2, 3, 5, 6, 7, 10, 11, 15]],
    [5, [1, 2, 3, 4, 6, 7, 8, 9, 12, 13, 14, 19, 24]],
  ])('%i of them: Auto is off for %j', (zones, off) => {
    const cpus = ['a', 'b', 'c', 'd', 'e'].slice(0, zones).map(zone => [zone, '4'] as const)
    const counts = Array.from({ length: 30 }, (_, index) => index + 1)
    expect(counts.filter(count => !isOn(cpus, count))).toEqual(off)
  })
})

describe('CPUs count in thousandths', () => {
  test('which are rounded up, of a zone and of all zones', () => {
    expect(
      isOn(
        [
          ['a', '0.0011'],
          ['b', '0.0011'],
        ],
        2,
      ),
    ).toBe(false)
  })

  test('once they are summed, and not before', () => {
    expect(
      isOn(
        [
          ['a', '0.0005'],
          ['a', '0.0005'],
          ['b', '1m'],
        ],
        2,
      ),
    ).toBe(true)
  })
})
