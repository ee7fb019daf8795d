import { sum } from '../../locality/sum.ts'
import type { ResourceType } from '../../model/resource-types.ts'
import type { Viewpoint } from '../../model/viewpoint.ts'
import { TYPE_URLS } from '../../proto/type-urls.ts'
import { type ConfigSource, FROM_ADS } from '../../translate/config-source.ts'
import { parseClusterName, parseTarget } from '../../translate/names.ts'
import type { Realm } from '../../translate/realm.ts'
import type { Resource } from '../../translate/resource.ts'
import { World } from '../../translate/world.ts'
import type { Touched } from '../../translate/world-draft.ts'
import type { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'
import { type NameHolder, Names } from '../names/names.ts'
import { AskedNames, type Asker } from './asked-names.ts'
import type { Audience, Audiences, ClientNode } from './audience.ts'
import { ChangeLog } from './change-log.ts'
import { Departures } from './departures.ts'
import { GatewayTables } from './gateway-tables.ts'
import { GrpcTables } from './grpc-tables.ts'
import { LoggedView } from './logged-view.ts'
import { MadeResources } from './made-resources.ts'
import type { ServiceResources } from './service-resources.ts'
import type { Share } from './share.ts'
import { SharedResources } from './shared-resources.ts'
import type { View } from './view.ts'
import { ViewpointCensus, viewpointKey } from './viewpoint-census.ts'

/** What one stream is served beside assignments. */
interface Served extends Pick<Audience, 'views' | 'warnings' | 'leave'> {}

type TableSizes = Readonly<Record<ResourceType, { readonly resources: number; readonly logged: number }>>

/**
 * All that clients are served, by audience: listeners, route configurations and clusters by gateway (and by group,
 * and by source where that keeps services to itself), assignments by class of viewpoints. Only what a connected
 * audience asks for exists, and a new world costs what it changed.
 *
 * `publish` takes a new world; afterwards the views of every audience show it and their logs say which names to look
 * at again.
 */
export class Tables implements Audiences, NameHolder {
  /** Of services that there are dense ids for, whoever says them first. */
  readonly names = new Names(text => this.#isOfService(text))
  #world = World.EMPTY
  readonly #gateways = new Map<string, GatewayTables>()
  readonly #grpc = new GrpcTables(this.names, (service, source) => this.#resourcesSeenBy(service, source))
  readonly #made = new MadeResources()
  readonly #asked = new AskedNames()
  readonly #assignmentLog = new ChangeLog()
  /** Assignments, for clients of one kind at one viewpoint. */
  readonly #assignments = new SharedResources(this.names, this.#assignmentLog)
  readonly census = new ViewpointCensus()

  readonly #departures: Departures

  /** `linger`: milliseconds for which what a stream saw is kept when it has ended; default none. */
  constructor({ linger = 0 }: { readonly linger?: number } = {}) {
    this.#departures = new Departures(linger, () => {
      if (this.census.departed >= DEPARTED_AT_ONCE) this.#dropEmptyClasses()
    })
    this.names.keepFor(this)
  }

  /** `isPassed`: every stream has looked at what its views show until now. */
  publish(world: World, touched: Touched, isPassed: boolean): void {
    if (isPassed) {
      this.#assignmentLog.clear()
      for (const tables of this.#gateways.values()) tables.forgetPassed()
      this.#grpc.forgetPassed()
    }
    this.#world = world
    for (const service of touched.services) {
      this.#made.forgetFormer(service, world)
      for (const name of this.#asked.take(service)) this.#assignmentLog.record(this.names.idOf(name))
    }
    this.#dropEmptyClasses()
    for (const tables of this.#gateways.values()) tables.update(world, touched)
    this.#grpc.update(touched)
    this.names.sweep()
  }

  markNames(inUse: IdSet): void {
    this.#assignmentLog.markNames(inUse)
    this.#assignments.markNames(inUse)
    for (const tables of this.#gateways.values()) tables.markNames(inUse)
    this.#grpc.markNames(inUse)
  }

  /** Who a client is decides what it sees, for as long as its stream lasts. */
  join(node: ClientNode, isCounted = true): Audience {
    const { kind, viewpoint } = node
    const served = kind === 'grpc' ? this.#grpc.join(viewpoint) : this.#joinGateway(node)
    const leaveCount = isCounted ? this.census.count(viewpoint) : undefined
    const leavePlace = this.census.stand(viewpoint)
    const key = `${kind} ${viewpointKey(viewpoint)}`
    const share = this.#assignments.join(key)
    // Assignments are only asked for by name.
    const assignments: View = new LoggedView(this.#assignmentLog, {
      share,
      get: id => share.get(id) ?? this.#assignment(id, node, share, assignments),
      forget: id => this.#asked.forget(this.names.textOf(id), assignments),
    })
    return {
      names: this.names,
      views: typeUrl => (typeUrl === TYPE_URLS.endpoints ? assignments : served.views(typeUrl)),
      configSource: node.configSource,
      viewpoint: () => this.#world.locate(viewpoint),
      warnings: () => [...served.warnings(), ...this.#warningsOf(viewpoint)],
      leave: () => {
        leaveCount?.()
        this.#asked.leave(assignments)
        // Of gRPC clients nothing is kept there but names that are missing: they make up any number, as others do of gateways.
        const isKept = kind !== 'grpc' && this.#world.gateways.has(node.gateway)
        if (!isKept) served.leave()
        this.#departures.add(() => {
          leavePlace()
          if (isKept) served.leave()
          this.#assignments.leave(key)
        })
      },
    }
  }

  /** Of all clusters that such a proxy gets, in order. */
  clusterNames(node: ClientNode): readonly string[] {
    const { views, leave } = this.join(node, false)
    const names = Array.from(views(TYPE_URLS.cluster)?.all() ?? [], id => this.names.textOf(id))
    leave()
    return names.sort()
  }

  /** How many resources of each type exist at this moment, and how many names are in the logs of what changed. */
  get sizes(): TableSizes {
    const { clusters, assignments, grpcRoutes } = this.#made.held
    const gateways = Array.from(this.#gateways.values(), one => one.sizes)
    const logged = (type: 'lds' | 'rds' | 'cds') => sum(gateways.map(one => one.logged[type]))
    return {
      // Where gRPC clients are served, routes and clusters have one log.
      cds: { resources: clusters, logged: logged('cds') + this.#grpc.logged },
      eds: { resources: assignments, logged: this.#assignmentLog.size },
      lds: { resources: sum(gateways.map(one => one.listeners)), logged: logged('lds') },
      rds: {
        resources: grpcRoutes + sum(gateways.map(one => one.routeConfigurations)),
        logged: logged('rds'),
      },
    }
  }

  #joinGateway({ gateway, viewpoint, configSource = FROM_ADS }: ClientNode): Served {
    const tables = this.#gateways.get(gateway) ?? this.#openGateway(gateway)
    const { listeners, routeConfigurations, clusters, leave } = tables.join(viewpoint, configSource)
    const views = new Map<string, View>([
      [TYPE_URLS.listener, listeners],
      [TYPE_URLS.routes, routeConfigurations],
      [TYPE_URLS.cluster, clusters],
    ])
    return {
      views: typeUrl => views.get(typeUrl),
      warnings: () => [...tables.conflicts, ...this.#gatewayWarnings(gateway)],
      leave: () => {
        leave()
        if (tables.isIdle) this.#gateways.delete(gateway)
      },
    }
  }

  #openGateway(gateway: string): GatewayTables {
    const tables = new GatewayTables(this.names, this.#world, gateway, (name, realm, viewpoint, from) =>
      this.#cluster(name, realm, viewpoint, from),
    )
    this.#gateways.set(gateway, tables)
    return tables
  }

  /** By what the proxy itself says of its zone: what a world adds to that does not change clusters. */
  #cluster(name: string, realm: Realm, viewpoint: Viewpoint, from: ConfigSource): Resource | undefined {
    const parsed = parseClusterName(name)
    return parsed && this.#resourcesOf(parsed.service, realm)?.cluster(name, parsed.port, viewpoint, from)
  }

  #assignment(id: NameId, { viewpoint, kind }: ClientNode, share: Share, asker: Asker): Resource | undefined {
    const name = this.names.textOf(id)
    const parsed = parseClusterName(name)
    if (parsed === undefined) return undefined
    const { service, port } = parsed
    const resources = this.#resourcesSeenBy(service, viewpoint.source)
    const assignment = resources?.assignment(name, port, this.#world.locate(viewpoint), kind)
    if (assignment === undefined) {
      this.#asked.noteMissing(service, name, asker)
      return undefined
    }
    this.#asked.noteExisting(service, name)
    share.set(id, assignment)
    return assignment
  }

  #isOfService(name: string): boolean {
    const service = parseTarget(name)?.service
    return service !== undefined && this.#world.services.has(service)
  }

  #resourcesSeenBy(service: string, source: string): ServiceResources | undefined {
    return this.#resourcesOf(service, this.#world.realmOf(source))
  }

  #resourcesOf(key: string, realm: Realm): ServiceResources | undefined {
    const service = this.#world.seen(realm, key)
    return service && this.#made.of(key, service)
  }

  #dropEmptyClasses(): void {
    const classes = this.census.takeEmptyClasses(viewpoint => this.#world.locate(viewpoint))
    if (classes.length > 0) this.#made.drop(classes)
  }

  #gatewayWarnings(gateway: string): string[] {
    if (gateway === '') return ['node.cluster names no gateway: nothing is served']
    if (this.#world.gateways.has(gateway)) return []
    return [`no source has a gateway ${gateway}, which node.cluster names: nothing is served`]
  }

  #warningsOf(viewpoint: Viewpoint): string[] {
    const warnings = []
    if (viewpoint.zone === '') warnings.push('node.locality.zone is not set: endpoints of all zones are used')
    if (this.#world.networks.size > 0 && this.#world.locate(viewpoint).network === '') {
      const fields = 'neither node.metadata.network nor the source in node.metadata says its network'
      warnings.push(`${fields}: endpoints of every network are reached through gateways`)
    }
    return warnings
  }
}

/** Looking through all services for left classes is put off until this many viewpoints were left, or a push comes. */
const DEPARTED_AT_ONCE = 64
