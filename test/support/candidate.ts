import type { Candidate } from '../../src/locality/candidate.ts'
import type { Viewpoint } from '../../src/model/viewpoint.ts'

/** A ready endpoint of source `east`; a test names only what matters to it. */
export function candidate(name: string, fields: Partial<Candidate> = {}): Candidate {
  return {
    name,
    address: `10.0.0.${name.length}`,
    additionalAddresses: [],
    port: 8080,
    region: 'r1',
    zone: '',
    subZone: '',
    node: '',
    source: 'east',
    ready: true,
    serving: true,
    terminating: false,
    weight: 1,
    network: undefined,
    setback: undefined,
    hints: undefined,
    ...fields,
  }
}

/** A viewpoint in region r1. */
export function viewpoint(zone: string, node = '', fields: Partial<Viewpoint> = {}): Viewpoint {
  return { region: 'r1', zone, subZone: '', node, source: '', network: '', ...fields }
}
