import { compare } from '../../model/order.ts'
import type { MergedService } from '../../translate/merged-service.ts'
import type { World } from '../../translate/world.ts'
import type { SimulatedService } from './sides.ts'

/** Every service of these worlds, those of a name by group, then such as sources keep to themselves. */
export function simulatedServices(worlds: readonly World[]): SimulatedService[] {
  const services = new Map<string, SimulatedService>()
  for (const world of worlds) {
    for (const { namespace, name, realm } of world.allServices()) {
      const key = `${namespace}/${name}`
      services.set(`${key} ${realm}`, { key, realm })
    }
  }
  return [...services.values()].sort((a, b) => compare(a.key, b.key) || compare(a.realm, b.realm))
}

/** A service in all worlds that have another form of it. */
export function servicesOf(worlds: readonly World[], { key, realm }: SimulatedService): Set<MergedService> {
  return new Set(worlds.flatMap(world => world.services.get(key)?.in(realm) ?? []))
}

/** Of the service in any of these worlds. */
export function portsOf(worlds: readonly World[], service: SimulatedService): number[] {
  const ports = [...servicesOf(worlds, service)].flatMap(one => one.ports.map(({ port }) => port))
  return [...new Set(ports)].sort(compare)
}
