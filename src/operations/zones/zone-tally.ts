import { zoneKey } from '../../locality/place.ts'
import { sum } from '../../locality/sum.ts'
import { usableOf } from '../../locality/usable.ts'
import type { MergedService } from '../../translate/merged-service.ts'
import type { AskedPort } from './in-zone-share.ts'
import { Standpoints } from './standpoints.ts'

/** What is counted of one zone, service by service. */
export class ZoneTally {
  readonly standpoints: Standpoints
  /** Of all services; an endpoint counts once for each service that it is one of. */
  endpoints = 0
  services = 0
  /** Of the endpoints that can be used. */
  weight = 0
  #asked = 0
  #stay = 0

  constructor(standpoints: Standpoints) {
    this.standpoints = standpoints
  }

  /** Services count alike, and the ports of each: how much each is asked is not known. */
  ask(ports: readonly AskedPort[]): void {
    const shares = ports.flatMap(({ inZoneShare }) => inZoneShare ?? [])
    if (shares.length === 0) return
    this.#asked += 1
    this.#stay += sum(shares) / shares.length
  }

  /** null where it asks nothing that can be served. */
  get inZoneShare(): number | null {
    return this.#asked === 0 ? null : this.#stay / this.#asked
  }
}

/** Zones by `zoneKey`: each is there as soon as it is asked for. */
export class ZoneTallies extends Map<string, ZoneTally> {
  at({ region = '', zone }: { readonly zone: string; readonly region?: string | undefined }): ZoneTally {
    const key = zoneKey({ region, zone })
    const tally = this.get(key) ?? new ZoneTally(new Standpoints({ region, zone }))
    this.set(key, tally)
    return tally
  }

  /** Counts the endpoints of a service where they stand; those whose zone nobody knows stand nowhere. */
  count(service: MergedService): void {
    const counted = new Set<string>()
    const zones = new Set<ZoneTally>()
    for (const { port } of service.ports) {
      const decision = service.decision(port)
      const usable = new Set(usableOf(decision))
      for (const one of decision?.candidates ?? []) {
        const id = `${one.source} ${one.name}`
        if (one.zone === '' || counted.has(id)) continue
        counted.add(id)
        const tally = this.at(one)
        tally.endpoints += 1
        if (usable.has(one)) tally.weight += one.weight
        zones.add(tally)
      }
    }
    for (const tally of zones) tally.services += 1
  }
}
