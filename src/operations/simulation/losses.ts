import type { Candidate } from '../../locality/candidate.ts'
import { type Place, zoneKey } from '../../locality/place.ts'
import { type Problem, problemAt } from '../../model/problem.ts'
import type { Simulation } from '../../model/simulation.ts'
import type { World } from '../../translate/world.ts'
import type { KnownZones } from '../known-zones.ts'

/** What fails and stays in the assignments: Envoys know it, and find it unhealthy. */
export interface Losses {
  /** An endpoint of a service fails: it stands in a lost zone, or is lost itself. */
  readonly isLost: (service: string, candidate: Candidate) => boolean
  readonly isLostZone: (place: Place) => boolean
}

export const NO_LOSSES: Losses = { isLost: () => false, isLostZone: () => false }

export function lossesOf({ lose = {} }: Simulation, zones: KnownZones): Losses {
  const lostZones = new Set((lose.zones ?? []).flatMap(one => zones.named(one) ?? []).map(zoneKey))
  const lost = new Map<string, (string | undefined)[]>()
  for (const { service, name, source } of lose.endpoints ?? []) {
    const key = endpointKey(service, name)
    lost.set(key, [...(lost.get(key) ?? []), source])
  }
  const isLostZone = (place: Place) => lostZones.has(zoneKey(place))
  return {
    isLostZone,
    isLost: (service, candidate) => {
      if (isLostZone(candidate)) return true
      const sources = lost.get(endpointKey(service, candidate.name))
      return sources?.some(source => source === undefined || source === candidate.source) ?? false
    },
  }
}

function endpointKey(service: string, name: string): string {
  return `${service} ${name}`
}

/** Lost endpoints that neither the world as it is nor the changed one has. */
export function unknownEndpoints({ lose = {} }: Simulation, worlds: readonly World[]): Problem[] {
  return (lose.endpoints ?? []).flatMap(({ service, name, source }, index) => {
    const problem = (field: string, detail: string) => [
      problemAt(['lose', 'endpoints', index, field], detail),
    ]
    const found = worlds.flatMap(world => world.services.get(service)?.services ?? [])
    if (found.length === 0) return problem('service', `is no service that a source has: ${service}`)
    const named = found
      .flatMap(one => one.ports.flatMap(({ port }) => one.decision(port)?.candidates ?? []))
      .filter(one => one.name === name)
    if (named.length === 0) return problem('name', `is no endpoint of service ${service}: ${name}`)
    if (source === undefined || named.some(one => one.source === source)) return []
    const sources = [...new Set(named.map(one => one.source))].join(', ')
    return problem('source', `has no endpoint ${name} of service ${service}: ${sources} has`)
  })
}
