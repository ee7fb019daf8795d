import { Map as ImmutableMap, Set as ImmutableSet } from 'immutable'
import type { StoredEntry } from '../model/change.ts'
import type { EntryKey } from '../model/entry.ts'
import { recounted } from './endpoint-counts.ts'
import { MergedService, type PortNumbers, type ServiceIdentity } from './merged-service.ts'
import { Namesakes } from './namesakes.ts'
import type { ServiceClaim } from './parsed-claim.ts'
import { keeperOf, type Realm, takesRoutesOf } from './realm.ts'
import type { RouteDraft } from './route-draft.ts'
import {
  declaresPorts,
  hasEndpointsIn,
  type IsConcerned,
  isOf,
  isTopologyAware,
  realmOfClaim,
} from './service-claims.ts'
import { settled } from './settled.ts'
import type { Surroundings } from './surroundings.ts'
import type { Regrouped, SurroundingsDraft } from './surroundings-draft.ts'
import { sourceOfRoute, type World } from './world.ts'

type Keyed = Pick<EntryKey, 'namespace' | 'name'> & { readonly source: string }
type Around = ReturnType<SurroundingsDraft['finish']>
type GrpcChange = Pick<ReturnType<RouteDraft['finish']>, 'grpcServices' | 'grpcRoutes'>
type ServiceContent = Pick<World, 'services' | 'scoped' | 'topologyAware' | 'balanced' | 'endpointCounts'>
type Base = ServiceContent & Pick<World, 'grpcRoutes' | 'sourceSettings'>
type GrpcRoutes = World['grpcRoutes']
type GrpcRoutesOfService = ImmutableMap<number, ImmutableSet<string>>

/** The services of a world that is being made. */
export class ServiceDraft {
  readonly #surroundings: Surroundings
  readonly #services: World['services']
  readonly #scoped: World['scoped']
  readonly #topologyAware: World['topologyAware']
  #endpointCounts: World['endpointCounts']
  readonly #before: Base
  /** What this draft made: it reads the surroundings that the new world will have. */
  readonly #made = new Set<MergedService>()
  /** As in `Touched`. */
  readonly touched = new Set<string>()
  readonly touchedSettings = new Set<string>()

  constructor(base: Base, surroundings: Surroundings) {
    this.#before = base
    this.#surroundings = surroundings
    this.#services = base.services.asMutable()
    this.#scoped = base.scoped.asMutable()
    this.#topologyAware = base.topologyAware.asMutable()
    this.#endpointCounts = base.endpointCounts.asMutable()
  }

  setSettings(key: Keyed, entry: StoredEntry | undefined): void {
    this.touchedSettings.add(`${key.namespace}/${key.name}`)
    this.#setClaim(key, { service: entry })
  }

  setEndpoints(key: Keyed, entry: StoredEntry | undefined): void {
    this.#setClaim(key, { endpoints: entry })
  }

  /** To be called once, when everything is in: what became of that which services read beside their own entries. */
  finish(
    { redefaulted, resettled, regrouped, redrained, demandMoved, placesChanged, recapacitated }: Around,
    { grpcServices, grpcRoutes }: GrpcChange,
  ): ServiceContent {
    if (regrouped.length > 0) this.#regroup(regrouped)
    for (const key of grpcServices) this.#speakAnew(key, grpcRoutes)
    if (redefaulted.size > 0) this.#redefault(redefaulted)
    if (resettled.size > 0) this.#remake(isOf(resettled))
    if (redrained.size > 0) this.#remake(hasEndpointsIn(redrained))
    if (demandMoved) this.#remake(() => true, this.#before.balanced)
    if (placesChanged) this.#remake(() => true)
    else if (this.#topologyAware.size > 0) this.#remake(isOf(recapacitated()), this.#topologyAware)
    return {
      services: settled(this.#services, this.#before.services),
      scoped: settled(this.#scoped, this.#before.scoped),
      topologyAware: settled(this.#topologyAware, this.#before.topologyAware),
      balanced: this.#balanced(),
      endpointCounts: this.#endpointCounts.asImmutable(),
    }
  }

  #setClaim({ source, namespace, name }: Keyed, half: Partial<ServiceClaim>): void {
    const key = `${namespace}/${name}`
    this.touched.add(key)
    const old = this.#services.get(key)?.claimedBy(source)
    const before = old?.claims.find(one => one.source === source)
    const claim: ServiceClaim = { ...(before ?? { source }), ...half }
    this.#endpointCounts = recounted(this.#endpointCounts, source, before?.endpoints, claim.endpoints)
    const isThere = claim.service !== undefined || claim.endpoints !== undefined
    // Until `finish` it is in the fleet that its settings said: a feed may bring a source's group before claims or after.
    const group = this.#before.sourceSettings.get(source)?.group
    const realm = isThere ? realmOfClaim(claim, group) : old?.realm
    if (realm === undefined) return
    if (old !== undefined && old.realm !== realm) this.#reclaim(old, without(old.claims, source))
    const merged = this.#services.get(key)?.in(realm)
    const others = without(merged?.claims ?? [], source)
    const after = this.#reclaim({ realm, namespace, name }, isThere ? [...others, claim] : others)
    if (!this.touchedSettings.has(key) && mayDiffer(claim, merged, after)) this.touchedSettings.add(key)
    this.#keep(source, key, isThere && keeperOf(realm) !== undefined)
    const { services = [] } = this.#services.get(key) ?? {}
    if (services.some(one => one.claims.some(isTopologyAware))) this.#topologyAware.add(key)
    else this.#topologyAware.delete(key)
  }

  /** The service has these claims from now on; without any it is gone. */
  #reclaim(identity: ServiceIdentity, claims: readonly ServiceClaim[]): MergedService | undefined {
    const key = `${identity.namespace}/${identity.name}`
    const grpcPorts = portsIn(identity.realm, this.#before.grpcRoutes.get(key))
    const made = claims.length === 0 ? undefined : this.#make(identity, claims, grpcPorts)
    const others = this.#services.get(key)?.services.filter(one => one.realm !== identity.realm) ?? []
    const services = made === undefined ? others : [...others, made]
    if (services.length === 0) this.#services.delete(key)
    else this.#services.set(key, new Namesakes(services))
    return made
  }

  #keep(source: string, key: string, isScoped: boolean): void {
    const before = this.#scoped.get(source)
    if (before === undefined && !isScoped) return
    const kept = before ?? ImmutableSet<string>()
    const after = isScoped ? kept.add(key) : kept.delete(key)
    if (after.isEmpty()) this.#scoped.delete(source)
    else this.#scoped.set(source, after)
  }

  /** Claims go with their source into the fleet of its new group, and its proxies see what that one has. */
  #regroup(regrouped: readonly Regrouped[]): void {
    for (const key of [...this.#services.keys()]) {
      for (const { source, from, to } of regrouped) {
        const left = this.#services.get(key)?.in(from)
        const joined = this.#services.get(key)?.in(to)
        if (left === undefined && joined === undefined) continue
        this.touched.add(key)
        this.touchedSettings.add(key)
        const claim = left?.claims.find(one => one.source === source)
        if (left === undefined || claim === undefined) continue
        const { namespace, name } = left
        this.#reclaim(left, without(left.claims, source))
        this.#reclaim({ realm: to, namespace, name }, [...(joined?.claims ?? []), claim])
      }
    }
  }

  /** The first GRPCRoute came to a port of the service, or the last one went: another cluster, if the port lets it. */
  #speakAnew(key: string, grpcRoutes: GrpcRoutes): void {
    for (const service of this.#services.get(key)?.services ?? []) {
      const before = portsIn(service.realm, this.#before.grpcRoutes.get(key))
      const after = portsIn(service.realm, grpcRoutes.get(key))
      if (before.size === after.size && before.every((_, port) => after.has(port))) continue
      this.touchedSettings.add(key)
      this.#renew(service, after)
    }
  }

  /** Defaults reach clusters as well as assignments. */
  #redefault(sources: ReadonlySet<string>): void {
    const isConcerned = isOf(sources)
    for (const [key, { services }] of this.#services.entries()) {
      if (services.some(one => one.claims.some(isConcerned))) this.touchedSettings.add(key)
    }
    this.#remake(isConcerned)
  }

  /** Whatever makes a service balanced, or not any more, has touched it. */
  #balanced(): World['balanced'] {
    return this.#before.balanced.withMutations(balanced => {
      for (const key of this.touched) {
        if (this.#services.get(key)?.services.some(one => one.isBalanced)) balanced.add(key)
        else balanced.delete(key)
      }
    })
  }

  /** Makes anew what a claim is concerned of, unless this draft has made it. */
  #remake(isConcerned: IsConcerned, keys: Iterable<string> = this.#services.keys()): void {
    for (const key of [...keys]) {
      for (const service of this.#services.get(key)?.services ?? []) {
        if (this.#made.has(service) || !service.claims.some(isConcerned)) continue
        this.#renew(service, service.grpcPorts)
      }
    }
  }

  /** The same claims, read anew. */
  #renew(service: MergedService, grpcPorts: PortNumbers): void {
    const key = `${service.namespace}/${service.name}`
    const made = this.#make(service, service.claims, grpcPorts)
    const services = this.#services.get(key)?.services.map(one => (one === service ? made : one)) ?? []
    this.touched.add(key)
    this.#services.set(key, new Namesakes(services))
  }

  #make(identity: ServiceIdentity, claims: readonly ServiceClaim[], grpcPorts: PortNumbers): MergedService {
    const made = new MergedService(identity, claims, this.#surroundings, grpcPorts)
    this.#made.add(made)
    return made
  }
}

function without(claims: readonly ServiceClaim[], source: string): ServiceClaim[] {
  return claims.filter(one => one.source !== source)
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

/** The ports that GRPCRoutes name which may lead into the realm. */
function portsIn(realm: Realm, routes: GrpcRoutesOfService = ImmutableMap()): GrpcRoutesOfService {
  return keeperOf(realm) === undefined
    ? routes
    : routes.filter(keys => keys.some(key => takesRoutesOf(realm, sourceOfRoute(key))))
}
