import type { Digest } from './fleet.ts'
import type { Workload } from './workload.ts'

const TYPES = ['cds', 'eds', 'lds', 'rds']
/** Of these there is one a service. */
const PER_SERVICE = ['cds', 'eds']

/** Why figures must not be believed: streams of a zone that hold different things, or not everything. */
export function problemsOf(digest: Digest, { services, zones }: Workload): string[] {
  return TYPES.flatMap(type => {
    const held = digest[type]
    if (!held) return [`no stream holds anything of ${type}`]
    const states = Object.entries(held.states_per_zone)
    const split = states.filter(([, count]) => count !== 1)
    const expected = PER_SERVICE.includes(type) ? services : 1
    const right = held.min_resources === expected && held.max_resources === expected
    return [
      ...split.map(([zone, count]) => `${type}: the streams of ${zone} hold ${count} different states`),
      ...(states.length > zones ? [`${type}: there are streams of ${states.length} zones`] : []),
      ...(right
        ? []
        : [
            `${type}: streams hold ${held.min_resources} to ${held.max_resources} resources instead of ${expected}`,
          ]),
    ]
  })
}
