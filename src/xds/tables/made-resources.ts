import type { MergedService } from '../../translate/merged-service.ts'
import type { World } from '../../translate/world.ts'
import { ServiceResources } from './service-resources.ts'

/** The resources of services, by their names, for as long as the services stand as they are. */
export class MadeResources {
  /** Of one name there are as many as there are realms that have it. */
  readonly #byName = new Map<string, readonly ServiceResources[]>()

  /** `key`: its name, `namespace/name`. */
  of(key: string, service: MergedService): ServiceResources {
    const namesakes = this.#byName.get(key)
    const known = namesakes?.find(one => one.service === service)
    if (known !== undefined) return known
    const made = new ServiceResources(service)
    this.#byName.set(key, namesakes === undefined ? [made] : [...namesakes, made])
    return made
  }

  /** Forgets those of a name whose services the world does not have any more. */
  forgetFormer(key: string, world: World): void {
    const standing = this.#byName
      .get(key)
      ?.filter(({ service }) => world.seen(service.realm, key) === service)
    if (standing === undefined || standing.length === 0) this.#byName.delete(key)
    else this.#byName.set(key, standing)
  }

  /** Forgets the assignments of classes that nobody stands in any more. */
  drop(classes: readonly string[]): void {
    for (const resources of this.#all()) resources.drop(classes)
  }

  /** How many of each there are. */
  get held() {
    const held = { clusters: 0, assignments: 0, grpcRoutes: 0 }
    for (const one of this.#all()) {
      held.clusters += one.clustersHeld
      held.assignments += one.assignmentsHeld
      held.grpcRoutes += one.grpcRoutesHeld
    }
    return held
  }

  *#all(): Iterable<ServiceResources> {
    for (const namesakes of this.#byName.values()) yield* namesakes
  }
}
