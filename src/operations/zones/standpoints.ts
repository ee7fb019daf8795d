import type { Decision } from '../../locality/decision.ts'
import { nodeName, type Place, zoneKey } from '../../locality/place.ts'
import { sum } from '../../locality/sum.ts'
import type { ProxyStatus } from '../../model/proxies.ts'
import type { Viewpoint } from '../../model/viewpoint.ts'
import type { World } from '../../translate/world.ts'

/** A viewpoint in a zone, and how many of the zone's proxies stand there, as far as a service can tell. */
export interface Standpoint {
  readonly viewpoint: Viewpoint
  readonly proxies: number
}

/** Where the proxies of one zone stand: in many a zone thousands of them on a thousand nodes. */
export class Standpoints {
  readonly place: Place
  /** By source and network. */
  readonly #groups = new Map<string, Group>()
  #proxies = 0

  constructor({ region, zone }: Place) {
    this.place = { region, zone }
  }

  get proxies(): number {
    return this.#proxies
  }

  add({ source, network, node }: Viewpoint): void {
    const key = JSON.stringify([source, network])
    const group = this.#groups.get(key) ?? new Group(this.#bare(source, network))
    this.#groups.set(key, group)
    group.add(node)
    this.#proxies += 1
  }

  /**
   * The viewpoints that a decision may tell apart: each node that it serves on its own, and all others as one. In a zone
   * without proxies, somebody of `source` of whom no more is known.
   */
  of({ nodes }: Pick<Decision, 'nodes'>, sees: (source: string) => boolean, source: string): Standpoint[] {
    if (this.#proxies === 0) return [{ viewpoint: this.#bare(source, ''), proxies: 1 }]
    return [...this.#groups.values()].flatMap(group =>
      sees(group.viewpoint.source) ? group.tellingApart(nodes) : [],
    )
  }

  #bare(source: string, network: string): Viewpoint {
    return { ...this.place, subZone: '', node: '', source, network }
  }
}

/** Proxies that differ by their nodes alone. */
class Group {
  /** On a node that is not known. */
  readonly viewpoint: Viewpoint
  readonly #nodes = new Map<string, number>()
  #proxies = 0

  constructor(viewpoint: Viewpoint) {
    this.viewpoint = viewpoint
  }

  add(node: string): void {
    this.#nodes.set(node, 1 + (this.#nodes.get(node) ?? 0))
    this.#proxies += 1
  }

  /** Of several nodes of one name no more than one can be in this zone. */
  tellingApart(nodes: ReadonlySet<string>): Standpoint[] {
    const { viewpoint } = this
    const names = new Set([...nodes].map(nodeName))
    const own = [...names].flatMap(node => {
      const proxies = this.#nodes.get(node) ?? 0
      return proxies > 0 ? [{ viewpoint: { ...viewpoint, node }, proxies }] : []
    })
    const others = this.#proxies - sum(own.map(one => one.proxies))
    return others > 0 ? [...own, { viewpoint, proxies: others }] : own
  }
}

/** By `zoneKey`: the zones where proxies stand. */
export function connectedStandpoints(
  world: World,
  proxies: readonly ProxyStatus[],
): Map<string, Standpoints> {
  const zones = new Map<string, Standpoints>()
  for (const { viewpoint } of proxies) {
    const located = world.locate(viewpoint)
    if (located.zone === '') continue
    const zone = zones.get(zoneKey(located)) ?? new Standpoints(located)
    zones.set(zoneKey(located), zone)
    zone.add(located)
  }
  return zones
}
