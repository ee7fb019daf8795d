import type { ChangeBatch, StoredEntry } from '../model/change.ts'
import type { EntryKey } from '../model/entry.ts'
import type { Gateway } from '../model/gateway.ts'
import type { Service } from '../model/topology.ts'
import { type GatewayClaim, MergedGateway } from './merged-gateway.ts'
import { MergedService, type ServiceClaim } from './merged-service.ts'
import { RouteDraft } from './route-draft.ts'
import { SurroundingsDraft } from './surroundings-draft.ts'
import { routeKey, World } from './world.ts'

/** What a change of the world can reach: nothing else needs to be looked at. */
export interface Touched {
  /** Services that are another object than before. */
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
  readonly #base: World
  readonly #services: World['services']
  readonly #gateways: World['gateways']
  readonly #routes: RouteDraft
  readonly #topologyAware: World['topologyAware']
  readonly #touchedServices = new Set<string>()
  readonly #touchedSettings = new Set<string>()

  constructor(base: World) {
    this.#surroundings = new SurroundingsDraft(base)
    this.#base = base
    this.#services = base.services.asMutable()
    this.#gateways = base.gateways.asMutable()
    this.#routes = new RouteDraft(base)
    this.#topologyAware = base.topologyAware.asMutable()
  }

  /** A draft that keeps nothing of `old`, whose every service and gateway counts as touched. */
  static startingOver(old: World): WorldDraft {
    const draft = new WorldDraft(World.EMPTY)
    for (const service of old.services.keys()) {
      draft.#touchedServices.add(service)
      draft.#touchedSettings.add(service)
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
    const { regrouped, ...routes } = this.#routes.finish(this.#gateways)
    for (const service of regrouped) this.#speakAnew(service, routes.grpcRoutes)
    const { placesChanged, recapacitated, redefaulted, resettled, redrained, demandMoved, ...surroundings } =
      this.#surroundings.finish()
    if (redefaulted.size > 0) this.#redefault(redefaulted)
    if (resettled.size > 0) this.#remake(this.#servicesOf(resettled))
    if (redrained.size > 0) this.#remake(this.#servicesIn(redrained))
    if (demandMoved) this.#remake(this.#base.balanced)
    if (placesChanged) this.#remake(this.#services.keys())
    else if (this.#topologyAware.size > 0) this.#remake(this.#topologyAwareIn(recapacitated()))
    const world = new World({
      revision,
      services: this.#services.asImmutable(),
      gateways: this.#gateways.asImmutable(),
      ...routes,
      ...surroundings,
      topologyAware: this.#topologyAware.asImmutable(),
      balanced: this.#balanced(),
    })
    const touched = {
      services: this.#touchedServices,
      settings: this.#touchedSettings,
      gateways: this.#routes.touchedGateways,
    }
    return { world, touched }
  }

  #apply(key: Removed, entry: StoredEntry | undefined): void {
    switch (key.kind) {
      case 'Service':
        this.#touchedSettings.add(`${key.namespace}/${key.name}`)
        this.#setClaim(key, 'service', entry)
        break
      case 'Endpoints':
        this.#setClaim(key, 'endpoints', entry)
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
    }
  }

  #setClaim(key: Removed, half: 'service' | 'endpoints', entry: StoredEntry | undefined): void {
    const service = `${key.namespace}/${key.name}`
    const before = this.#services.get(service)
    const claims = before?.claims ?? []
    const mine = claims.find(claim => claim.source === key.source)
    const next: ServiceClaim = { ...(mine ?? { source: key.source }), [half]: entry }
    const others = claims.filter(claim => claim !== mine)
    const kept = next.service || next.endpoints ? [...others, next] : others
    this.#touchedServices.add(service)
    const { namespace, name } = key
    const grpcPorts = this.#base.grpcRoutes.get(service)
    const after =
      kept.length === 0
        ? undefined
        : new MergedService(namespace, name, kept, this.#surroundings.current, grpcPorts)
    if (!this.#touchedSettings.has(service) && mayDiffer(next, before, after)) {
      this.#touchedSettings.add(service)
    }
    if (after === undefined) this.#services.delete(service)
    else this.#services.set(service, after)
    if (kept.some(isTopologyAware)) this.#topologyAware.add(service)
    else this.#topologyAware.delete(service)
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

  /** The first GRPCRoute came to a port of the service, or the last one went: another cluster, if the port lets it. */
  #speakAnew(key: string, grpcRoutes: World['grpcRoutes']): void {
    const service = this.#services.get(key)
    if (service === undefined) return
    this.#touchedServices.add(key)
    this.#touchedSettings.add(key)
    const { namespace, name, claims } = service
    this.#services.set(
      key,
      new MergedService(namespace, name, claims, this.#surroundings.current, grpcRoutes.get(key)),
    )
  }

  /** Defaults reach clusters as well as assignments. */
  #redefault(sources: ReadonlySet<string>): void {
    const concerned = this.#servicesOf(sources)
    for (const key of concerned) this.#touchedSettings.add(key)
    this.#remake(concerned)
  }

  #servicesOf(sources: ReadonlySet<string>): string[] {
    return this.#servicesWith(({ source }) => sources.has(source))
  }

  /** Services that have endpoints in zones of these names, in whatever region. */
  #servicesIn(zones: ReadonlySet<string>): string[] {
    const texts = [...zones].map(zone => `"zone":${JSON.stringify(zone)}`)
    return this.#servicesWith(({ endpoints }) => texts.some(text => endpoints?.body.includes(text)))
  }

  #servicesWith(isConcerned: (claim: ServiceClaim) => boolean): string[] {
    const concerned: string[] = []
    for (const [key, { claims }] of this.#services.entries())
      if (claims.some(isConcerned)) concerned.push(key)
    return concerned
  }

  #topologyAwareIn(sources: ReadonlySet<string>): string[] {
    if (sources.size === 0) return []
    return [...this.#topologyAware].filter(key =>
      this.#services.get(key)?.claims.some(({ source }) => sources.has(source)),
    )
  }

  /** Whatever makes a service balanced, or not any more, has touched it. */
  #balanced(): World['balanced'] {
    return this.#base.balanced.withMutations(balanced => {
      for (const key of this.#touchedServices) {
        if (this.#services.get(key)?.isBalanced) balanced.add(key)
        else balanced.delete(key)
      }
    })
  }

  #remake(services: Iterable<string>): void {
    for (const key of [...services]) {
      const service = this.#services.get(key)
      if (service === undefined || this.#touchedServices.has(key)) continue
      const { namespace, name, claims, grpcPorts } = service
      this.#touchedServices.add(key)
      const made = new MergedService(namespace, name, claims, this.#surroundings.current, grpcPorts)
      this.#services.set(key, made)
    }
  }
}

/** Whether settings or ports of a service may be others than before, though only endpoints of `claim` changed. */
function mayDiffer(
  claim: ServiceClaim,
  before: MergedService | undefined,
  after: MergedService | undefined,
): boolean {
  // They too say how long a source has had the service: when they go, another one may lead.
  if (before?.sources.join() !== after?.sources.join()) return true
  return !declaresPorts(claim) && JSON.stringify(before?.ports) !== JSON.stringify(after?.ports)
}

/** A service that declares no ports has those of its endpoints. */
function declaresPorts({ service }: ServiceClaim): boolean {
  return service !== undefined && (JSON.parse(service.body) as Service).ports !== undefined
}

/** In JSON text no name or value can look like this: its quotes would be escaped. */
function isTopologyAware({ service }: ServiceClaim): boolean {
  return service?.body.includes('"topologyMode":"Auto"') === true
}

function gatewayClaim(entry: StoredEntry): GatewayClaim {
  return { source: entry.source, created: entry.created, gateway: JSON.parse(entry.body) as Gateway }
}
