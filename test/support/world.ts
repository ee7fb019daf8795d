import type { StoredEntry } from '../../src/model/change.ts'
import { type Drain, demandEntry, type SourceSettings, type StaleSource } from '../../src/model/control.ts'
import { entry, type Kind } from '../../src/model/entry.ts'
import { zoneKeyName } from '../../src/model/normal-topology.ts'
import { parseSnapshot } from '../../src/model/parse-snapshot.ts'
import {
  type RoutedGateway,
  type RouteResources,
  routedGateway,
  routeResources,
} from '../../src/translate/gateway-resources.ts'
import { FLEET, type Realm } from '../../src/translate/realm.ts'
import { World } from '../../src/translate/world.ts'
import { type Touched, WorldDraft } from '../../src/translate/world-draft.ts'

/** What one source pushes, as it would stand in a request. */
export interface Pushed {
  readonly topology?: unknown
  readonly routes?: unknown
}

/** The entries of a push of `source` as revision `revision`, as the store would hold them. */
export function stored(source: string, pushed: Pushed, revision: number): StoredEntry[] {
  const parsed = parseSnapshot({ topology: pushed.topology ?? {}, routes: pushed.routes ?? {} })
  if (!parsed.ok) throw new Error(`the test pushes what is refused: ${JSON.stringify(parsed.problems)}`)
  const entries = [...parsed.value.topology.entries, ...parsed.value.routes.entries]
  return entries.map(entry => ({ ...entry, source, since: revision, created: revision }))
}

/** What operators say, and what Vicinity finds out beside demand. */
export interface Control {
  readonly drains?: readonly Drain[]
  /** By source. */
  readonly sourceSettings?: Readonly<Record<string, SourceSettings>>
  readonly staleSources?: readonly StaleSource[]
}

/** Its entries, as the store would hold them. */
export function controlEntries({
  drains = [],
  sourceSettings = {},
  staleSources = [],
}: Control): StoredEntry[] {
  const row = (kind: Kind, name: string, body: object): StoredEntry => ({
    ...entry({ kind, namespace: '', name }, JSON.stringify(body)),
    source: '',
    since: 1,
    created: 1,
  })
  return [
    ...drains.map(one => row('Drain', zoneKeyName(one), one)),
    ...Object.entries(sourceSettings).map(([source, body]) => row('SourceSettings', source, body)),
    ...staleSources.map(one => row('StaleSource', one.source, one)),
  ]
}

/** A world of sources that were pushed one after the other. */
export function worldOf(sources: Readonly<Record<string, Pushed>>): World {
  let revision = 0
  let world = World.EMPTY
  for (const [source, pushed] of Object.entries(sources)) {
    revision += 1
    world = after(world, stored(source, pushed, revision)).world
  }
  return world
}

/** Rows of what zones, as "region/zone" or "zone", ask for. */
export function demandRows(demand: Readonly<Record<string, number>>): StoredEntry[] {
  return Object.entries(demand).map(([name, asked]) => {
    const [zone, region] = name.split('/').reverse() as [string, string?]
    return { ...demandEntry({ region: region ?? '', zone, demand: asked }), source: '', since: 1, created: 1 }
  })
}

/** The world after entries came and others (of the same keys) went, and what that touched. */
export function after(
  world: World,
  upserted: readonly StoredEntry[],
  removed: readonly StoredEntry[] = [],
): { world: World; touched: Touched } {
  const revision = world.revision + 1
  const draft = new WorldDraft(world)
  draft.add({ revision, reset: false, upserted, removed })
  return draft.finish(revision)
}

/** All that the Envoys of a gateway are served that stand in a realm, beside assignments. */
export function servedAt(
  world: World,
  gateway: string,
  realm: Realm = FLEET,
): RoutedGateway & RouteResources {
  const routed = routedGateway(world, gateway)
  return { ...routed, ...routeResources(world, routed, realm) }
}
