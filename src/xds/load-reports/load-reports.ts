import { type Place, placeName } from '../../locality/place.ts'
import { isTopologyName } from '../../model/names.ts'
import { OTHER_ZONES } from '../../model/traffic.ts'
import type { LocalityLoad } from '../../proto/load-report.ts'
import { parseClusterName } from '../../translate/names.ts'
import type { World } from '../../translate/world.ts'
import type { ClientNode } from '../tables/audience.ts'
import { Reporters } from './reporters.ts'
import { TrafficTally } from './traffic-tally.ts'

interface Options {
  readonly world: () => World
  /** Of all clusters that such a proxy gets. */
  readonly clusterNames: (node: ClientNode) => readonly string[]
  /** Over how much time requests are made a rate, in milliseconds. */
  readonly window: number
}

/** The reports of one stream. */
export interface Reporting {
  /** Of all clusters that the client gets now. */
  clusterNames(): readonly string[]
  /** What its first message brings was sent before the stream began: nobody can say in how much time. */
  count(loads: readonly LocalityLoad[], isFirst: boolean): void
  /** To be called once. */
  leave(): void
}

/**
 * What all proxies of this replica report: summed up for whoever stores it, and as a rate for whoever balances. Where
 * the requests come from is what the stream's node says, as the World knows it: no report says otherwise.
 */
export class LoadReports {
  readonly tally = new TrafficTally()
  readonly reporters: Reporters
  readonly #options: Options
  #received = 0

  constructor(options: Options) {
    this.#options = options
    this.reporters = new Reporters(options.window)
  }

  /** Reports since the start. */
  get received(): number {
    return this.#received
  }

  join(node: ClientNode): Reporting {
    const reporter = this.reporters.join(node)
    return {
      clusterNames: () => this.#options.clusterNames(node),
      count: (loads, isFirst) => {
        this.#received += 1
        const requests = this.#count(node, loads)
        if (!isFirst) reporter.report(requests)
      },
      leave: () => reporter.leave(),
    }
  }

  /** Clusters that are no services that such a proxy can see (that of Vicinity itself, or made up) are left out. */
  #count({ viewpoint }: ClientNode, loads: readonly LocalityLoad[]): number {
    const world = this.#options.world()
    const realm = world.realmOf(viewpoint.source)
    const from = zoneText(world.locate(viewpoint))
    const now = Date.now()
    let sum = 0
    for (const { cluster, region, zone, requests, errors } of loads) {
      const service = parseClusterName(cluster)?.service
      if (service === undefined || world.seen(realm, service) === undefined) continue
      this.tally.count({ service, from, to: zoneText({ region, zone }), requests, errors }, now)
      sum += requests
    }
    return sum
  }
}

/** '' where no zone is known. */
function zoneText(place: Place): string {
  if (place.zone === '') return ''
  const isNamed = isTopologyName(place.zone) && (place.region === '' || isTopologyName(place.region))
  return isNamed ? placeName(place) : OTHER_ZONES
}
