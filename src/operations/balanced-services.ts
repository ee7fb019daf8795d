import type { BalancedZones, PlacedDemand } from '../locality/balance.ts'
import { isNoticeable } from '../locality/demand.ts'
import type { MergedService } from '../translate/merged-service.ts'
import type { World } from '../translate/world.ts'
import { Turns } from './in-turns.ts'

/**
 * The balanced services of a world as demand sees them. Of ten thousand that have as many endpoints in the same zones
 * one is looked at, and none again while neither it nor the demand changes.
 */
export class BalancedServices {
  readonly #zones = new WeakMap<MergedService, ReadonlyMap<string, BalancedZones>>()
  /** Texts of zones that would not notice the demand asked about last. */
  #unmoved: ReadonlySet<string> = new Set()
  #question = ''

  /** Whether any of them would be served noticeably better by what is asked now than by what stands. */
  async wouldNotice(
    world: World,
    standing: readonly PlacedDemand[],
    asked: readonly PlacedDemand[],
  ): Promise<boolean> {
    const question = JSON.stringify([standing, asked])
    const known = question === this.#question ? this.#unmoved : new Set<string>()
    const unmoved = new Set<string>()
    const turns = new Turns()
    for (const key of world.balanced) {
      const named = world.services.get(key)?.services ?? []
      for (const [text, zones] of named.flatMap(one => [...this.#zonesOf(one)])) {
        if (unmoved.has(text)) continue
        if (!known.has(text) && isNoticeable(zones, standing, asked)) return true
        unmoved.add(text)
      }
      await turns.between()
    }
    this.#unmoved = unmoved
    this.#question = question
    return false
  }

  /** By their text: of each port what its decision balances. */
  #zonesOf(service: MergedService): ReadonlyMap<string, BalancedZones> {
    const known = this.#zones.get(service)
    if (known !== undefined) return known
    const all = new Map<string, BalancedZones>()
    for (const { port } of service.ports) {
      const balance = service.decision(port)?.balance
      if (balance === undefined) continue
      const { capacities, headroom } = balance
      all.set(JSON.stringify([headroom, capacities]), { capacities, headroom })
    }
    this.#zones.set(service, all)
    return all
  }
}
