import { type Condition, type RouteStatus, routeStatus } from '../../src/translate/route-status.ts'
import { routeKey, type World } from '../../src/translate/world.ts'

/** What tests of attachment and of backends have in common: the status of a route `r`, and what it is made with. */

export const RULES = [{ backendRefs: [{ name: 'web', port: 80 }] }]
export const HTTP = { name: 'http', port: 80, protocol: 'HTTP' }
export const WEB = { topology: { services: [{ name: 'web', ports: [{ port: 80 }] }] } }

export function statusOf(world: World, { source = 'east', kind = 'HTTPRoute', namespace = 'default' } = {}) {
  const key = routeKey(source, { kind: kind as 'HTTPRoute', namespace, name: 'r' })
  const route = world.routes.get(key)
  if (route === undefined) throw new Error(`there is no route ${key}`)
  return routeStatus(world, route)
}

export function conditionOf({ parents }: RouteStatus, type: Condition['type'], parent = 0): Condition {
  const found = parents[parent]?.conditions.find(one => one.type === type)
  if (found === undefined) throw new Error(`there is no condition ${type}`)
  return found
}
