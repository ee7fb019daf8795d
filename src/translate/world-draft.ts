import type { ChangeBatch, StoredEntry } from '../model/change.ts'
import type { EntryKey } from '../model/entry.ts'
import type { Gateway } from '../model/gateway.ts'
import { type GatewayClaim, MergedGateway } from './merged-gateway.ts'
import { withQuarantine } from './quarantined.ts'
import { RouteDraft } from './route-draft.ts'
import { ServiceDraft } from './service-draft.ts'
import { settled } from './settled.ts'
import { SurroundingsDraft } from './surroundings-draft.ts'
import { routeKey, World } from './world.ts'

/** What a change of the world can reach: nothing else needs to be looked at. */
export interface Touched {
  /** Names of services that are another object than before, in whatever realm. */
  readonly services: ReadonlySet<string>
  /** Services whose settings or ports may have changed, or that came or went: their clusters may differ. */
  readonly settings: ReadonlySet<string>
  /** Gateways whose listeners or routes changed, or what these may attach to or refer to. */
  readonly gateways: ReadonlySet<string>
}

type Removed = EntryKey & { readonly source: string }

/**
 * The next world while it is being made. Batches of the feed are added one by one, with pauses between them as the
 * caller likes: nobody sees the new world before `finish`.
 */
export class WorldDraft {
  readonly #surroundings: SurroundingsDraft
  readonly #services: ServiceDraft
  readonly #gateways: World['gateways']
  readonly #gatewaysBefore: World['gateways']
  readonly #routes: RouteDraft
  #quarantines: World['quarantines']

  constructor(base: World) {
    this.#surroundings = new SurroundingsDraft(base)
    this.#services = new ServiceDraft(base, this.#surroundings.current)
    this.#gateways = base.gateways.asMutable()
    this.#gatewaysBefore = base.gateways
    this.#routes = new RouteDraft(base)
    this.#quarantines = base.quarantines
  }

  /** A draft that keeps nothing of `old`, whose every service and gateway counts as touched. */
  static startingOver(old: World): WorldDraft {
    const draft = new WorldDraft(World.EMPTY)
    for (const service of old.services.keys()) {
      draft.#services.touched.add(service)
      draft.#services.touchedSettings.add(service)
    }
    const gateways = [...old.gateways.keys(), ...old.routesByGateway.keys()]
    for (const gateway of gateways) draft.#routes.touchGateway(gateway)
    return draft
  }

  add(batch: ChangeBatch): void {
    for (const key of batch.removed) this.#apply(key, undefined)
    for (const entry of batch.upserted) this.#apply(entry, entry)
  }

  finish(revision: number): { world: World; touched: Touched } {
    const routes = this.#routes.finish(this.#gateways)
    const around = this.#surroundings.finish()
    const services = this.#services.finish(around, routes)
    const gateways = settled(this.#gateways, this.#gatewaysBefore)
    const quarantines = this.#quarantines
    const world = new World({ revision, ...services, gateways, ...routes, ...around, quarantines })
    const touched = {
      services: this.#services.touched,
      settings: this.#services.touchedSettings,
      gateways: this.#routes.touchedGateways,
    }
    return { world, touched }
  }

  #apply(key: Removed, entry: StoredEntry | undefined): void {
    switch (key.kind) {
      case 'Service':
        this.#services.setSettings(key, entry)
        break
      case 'Endpoints':
        this.#services.setEndpoints(key, entry)
        break
      case 'Gateway':
        this.#setGateway(key, entry)
        break
      case 'HTTPRoute':
      case 'GRPCRoute':
        this.#routes.setRoute(routeKey(key.source, { ...key, kind: key.kind }), entry)
        break
      case 'Namespace':
        this.#routes.setNamespace(key, entry)
        break
      case 'ReferenceGrant':
        this.#routes.setReferenceGrant(key, entry)
        break
      case 'Zone':
        this.#surroundings.setZone(key, entry)
        break
      case 'Node':
        this.#surroundings.setNode(key, entry)
        break
      case 'Defaults':
        this.#surroundings.setDefaults(key, entry)
        break
      case 'Drain':
        this.#surroundings.setDrain(key, entry)
        break
      case 'Demand':
        this.#surroundings.setDemand(key, entry)
        break
      case 'SourceSettings':
        this.#surroundings.setSourceSettings(key, entry)
        break
      case 'StaleSource':
        this.#surroundings.setStaleSource(key, entry)
        break
      case 'Quarantine':
        this.#quarantines = withQuarantine(this.#quarantines, key.name, entry)
        break
    }
  }

  #setGateway(key: Removed, entry: StoredEntry | undefined): void {
    const gateway = `${key.namespace}/${key.name}`
    const before = this.#gateways.get(gateway)?.claims ?? []
    const others = before.filter(claim => claim.source !== key.source)
    const claims = entry === undefined ? others : [...others, gatewayClaim(entry)]
    this.#routes.touchGateway(gateway)
    if (claims.length === 0) this.#gateways.delete(gateway)
    else this.#gateways.set(gateway, new MergedGateway(key.namespace, key.name, claims))
  }
}

function gatewayClaim(entry: StoredEntry): GatewayClaim {
  return { source: entry.source, created: entry.created, gateway: JSON.parse(entry.body) as Gateway }
}
