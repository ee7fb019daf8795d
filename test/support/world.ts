import type { StoredEntry } from '../../src/model/change.ts'
import { demandEntry } from '../../src/model/control.ts'
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
