import { type Place, zoneKey } from '../../locality/place.ts'
import type { ClientNode } from '../tables/audience.ts'
import { believedRates } from './believed-rates.ts'
import { RequestRate } from './request-rate.ts'

/** The proxies of one zone that report what they send. */
export interface ReportingZone extends Place {
  readonly reporters: number
  /** What they send together, in requests a second. */
  readonly rate: number
}

/** One stream of load reports. */
export interface Reporter {
  /** So many requests since its last report. */
  report(requests: number): void
  /** To be called once. */
  leave(): void
}

interface Member extends Pick<ClientNode, 'gateway' | 'viewpoint'> {
  readonly rate: RequestRate
}

/** Whoever reports to this replica, and how much they send. */
export class Reporters {
  readonly #window: number
  readonly #members = new Set<Member>()
  readonly #listeners = new Set<() => void>()

  /** Rates are those of so many milliseconds. */
  constructor(window: number) {
    this.#window = window
  }

  join({ gateway, viewpoint }: Omit<Member, 'rate'>): Reporter {
    const member = { gateway, viewpoint, rate: new RequestRate(this.#window, performance.now()) }
    this.#members.add(member)
    this.#tell()
    return {
      report: requests => {
        member.rate.report(requests, performance.now())
        this.#tell()
      },
      leave: () => {
        this.#members.delete(member)
        this.#tell()
      },
    }
  }

  /** As proxies say their zones: regions may be missing. Those that say none are left out. */
  zones(): ReportingZone[] {
    return [...this.#byZone()].map(([, gateways]) => {
      const members = [...gateways.values()].flat()
      const rates = [...gateways.values()].flatMap(peers =>
        believedRates(peers.map(one => one.rate.perSecond)),
      )
      const { region, zone } = (members[0] as Member).viewpoint
      return { region, zone, reporters: members.length, rate: rates.reduce((sum, rate) => sum + rate, 0) }
    })
  }

  /** Calls back when somebody came, went or reported. Returns its unsubscribe. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** By zone, then by gateway: whoever serves the same gateway in the same zone sends about the same. */
  #byZone(): Map<string, Map<string, Member[]>> {
    const zones = new Map<string, Map<string, Member[]>>()
    for (const member of this.#members) {
      const { gateway, viewpoint } = member
      if (viewpoint.zone === '') continue
      const gateways = zones.get(zoneKey(viewpoint)) ?? new Map<string, Member[]>()
      zones.set(zoneKey(viewpoint), gateways)
      const peers = gateways.get(gateway) ?? []
      gateways.set(gateway, peers)
      peers.push(member)
    }
    return zones
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
