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
  const lost = new Map<string, Set<string | undefined>>()
  for (const { service, name, source } of lose.endpoints ?? []) {
    const key = endpointKey(service, name)
    lost.set(key, (lost.get(key) ?? new Set()).add(source))
  }
  const isLostZone = (place: Place) => lostZones.has(zoneKey(place))
  return {
    isLostZone,
    isLost: (service, candidate) => {
      if (isLostZone(candidate)) return true
      const sources = lost.get(endpointKey(service, candidate.name))
      return sources !== undefined && (sources.has(undefined) || sources.has(candidate.source))
    },
  }
}

function endpointKey(service: string, name: string): string {
  return `${service} ${name}`
}

/** Lost endpoints that neither the world as it is nor the changed one has. */
export function unknownEndpoints({ lose = {} }: Simulation, worlds: readonly World[]): Problem[] {
  const known = new Map<string, EndpointSources | undefined>()
  return (lose.endpoints ?? []).flatMap(({ service, name, source }, index) => {
    const problem = (field: string, detail: string) => [
      problemAt(['lose', 'endpoints', index, field], detail),
    ]
    if (!known.has(service)) known.set(service, endpointSources(service, worlds))
    const endpoints = known.get(service)
    if (endpoints === undefined) return problem('service', `is no service that a source has: ${service}`)
    const sources = endpoints.get(name)
    if (sources === undefined) return problem('name', `is no endpoint of service ${service}: ${name}`)
    if (source === undefined || sources.has(source)) return []
    return problem('source', `has no endpoint ${name} of service ${service}: ${[...sources].join(', ')} has`)
  })
}

/** By the name of an endpoint: the sources that have one of that name. */
type EndpointSources = ReadonlyMap<string, ReadonlySet<string>>

function endpointSources(service: string, worlds: readonly World[]): EndpointSources | undefined {
  const found = new Set(worlds.flatMap(world => world.services.get(service)?.services ?? []))
  if (found.size === 0) return undefined
  const known = new Map<string, Set<string>>()
  for (const one of found) {
    for (const { name, source } of one.ports.flatMap(({ port }) => one.decision(port)?.candidates ?? [])) {
      known.set(name, (known.get(name) ?? new Set()).add(source))
    }
  }
  return known
}
