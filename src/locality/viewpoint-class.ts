import type { Viewpoint } from '../model/viewpoint.ts'
import type { Decision } from './decision.ts'
import { distributionFrom, divideZones } from './distribution.ts'
import { zoneKey } from './place.ts'
import { balanceFor, prefersSource, scopeOf } from './scope.ts'

/**
 * Names the class of viewpoints that get the same assignment: what the rule reads of a viewpoint, and no more. A node is
 * only told apart where it has an endpoint, a zone only where it is served on its own or by a rule of its own, a source
 * only where it is preferred, a network only where endpoints are in it.
 */
export function viewpointClass(decision: Decision, viewpoint: Viewpoint): string {
  const source = prefersSource(decision, viewpoint) ? sourceMark(viewpoint) : ''
  const network = decision.networks.has(viewpoint.network) ? networkMark(viewpoint) : ''
  return placeClass(decision, viewpoint) + source + network
}

function placeClass(decision: Decision, viewpoint: Viewpoint): string {
  const distribution = distributionFrom(decision, viewpoint)
  if (distribution !== undefined && divideZones(decision, distribution).served.length > 0) {
    return zoneKey(viewpoint)
  }
  if (balanceFor(decision, viewpoint) !== undefined) return zoneKey(viewpoint)
  const { node, zone, all } = classesOf(viewpoint)
  return { node, zone, all }[scopeOf(decision, viewpoint)]
}

function classesOf(viewpoint: Viewpoint) {
  return { node: `${zoneKey(viewpoint)}/${viewpoint.node}`, zone: zoneKey(viewpoint), all: '' }
}

function sourceMark({ source }: Viewpoint): string {
  return `@${source}`
}

function networkMark({ network }: Viewpoint): string {
  return `%${network}`
}

/** The classes, beside that of everybody, in which a viewpoint can stand for some service. */
export function possibleClasses(viewpoint: Viewpoint): string[] {
  const { node, zone, all } = classesOf(viewpoint)
  const sources = viewpoint.source === '' ? [''] : ['', sourceMark(viewpoint)]
  const networks = viewpoint.network === '' ? [''] : ['', networkMark(viewpoint)]
  const places = [all, zone, node].flatMap(place => sources.map(source => place + source))
  return places.flatMap(place => networks.map(network => place + network)).filter(one => one !== all)
}
