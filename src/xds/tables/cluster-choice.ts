import { parseClusterName } from '../../translate/names.ts'
import type { Realm } from '../../translate/realm.ts'
import type { World } from '../../translate/world.ts'

/** Which clusters the Envoys of a gateway in one realm get: those that routes name, or those of every service. */
export interface ClusterChoice {
  readonly realm: Realm
  readonly clusters: ReadonlySet<string> | 'all'
}

export function hasChosen({ realm, clusters }: ClusterChoice, world: World, name: string): boolean {
  if (clusters !== 'all') return clusters.has(name)
  const service = parseClusterName(name)?.service
  return service !== undefined && namesOf(world, realm, service).includes(name)
}

export function* chosenNames({ realm, clusters }: ClusterChoice, world: World): Iterable<string> {
  if (clusters !== 'all') {
    yield* clusters
    return
  }
  const fleet = world.fleetBehind(realm)
  for (const namesakes of world.services.values()) yield* namesakes.seenIn(realm, fleet)?.clusterNames ?? []
}

/** A choice in the world that it is made in. */
interface Chosen {
  readonly choice: ClusterChoice
  readonly world: World
}

/**
 * Names of clusters that came, went or may be others. `settings`: the services whose settings or ports may have
 * changed since the world before.
 */
export function* changedClusters(
  before: Chosen,
  after: Chosen,
  settings: ReadonlySet<string>,
): Iterable<string> {
  const isOther = (service: string) => serviceIn(before, service) !== serviceIn(after, service)
  if (before.choice.clusters === 'all' && after.choice.clusters === 'all') {
    for (const service of settings) {
      if (!isOther(service)) continue
      yield* namesOf(before.world, before.choice.realm, service)
      yield* namesOf(after.world, after.choice.realm, service)
    }
    return
  }
  for (const name of chosenNames(before.choice, before.world)) {
    if (!hasChosen(after.choice, after.world, name)) yield name
  }
  for (const name of chosenNames(after.choice, after.world)) {
    const service = parseClusterName(name)?.service ?? ''
    const isNew = !hasChosen(before.choice, before.world, name)
    if (isNew || (settings.has(service) && isOther(service))) yield name
  }
}

function serviceIn({ world, choice }: Chosen, service: string) {
  return world.seen(choice.realm, service)
}

function namesOf(world: World, realm: Realm, service: string): readonly string[] {
  return world.seen(realm, service)?.clusterNames ?? []
}
