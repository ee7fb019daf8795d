import type { PlacedDemand } from '../../locality/balance.ts'
import { type Place, zoneKey } from '../../locality/place.ts'
import { demandEntry, drainEntry, type StaleSource, staleSourceKey } from '../../model/control.ts'
import { DEFAULTS_KEY, type Entry, type EntryKey, entry } from '../../model/entry.ts'
import { zoneKeyName } from '../../model/normal-topology.ts'
import { type Path, type Problem, problemAt } from '../../model/problem.ts'
import type { Simulation } from '../../model/simulation.ts'
import { placedDemand } from '../../translate/surroundings.ts'
import type { World } from '../../translate/world.ts'
import { WorldDraft } from '../../translate/world-draft.ts'
import { Turns } from '../in-turns.ts'
import type { KnownZones } from '../known-zones.ts'
import { type Replacements, replacements, type SourcedKey } from './replaced-services.ts'

/** All entries by which a simulation makes another world of one are made here. */

/** The world with what a simulation puts in place of what stands, and with sources lost or silent. */
export async function withSourceChanges(
  world: World,
  { services, lose = {}, silent = [] }: Simulation,
): Promise<{ readonly world: World; readonly problems: readonly Problem[] }> {
  const { sources = [] } = lose
  const { upserted, removed, problems } = replacements(world, services)
  const changed = await changedWorld(world, {
    upserted: [
      ...upserted,
      ...silent.flatMap(source => silence(world, source)).map(one => stored(world, one)),
    ],
    removed: [...removed, ...sources.flatMap(source => keysOf(world, source))],
  })
  const unknown = [
    ...unknownSources(world, sources, ['lose', 'sources']),
    ...unknownSources(world, silent, ['silent']),
  ]
  return { world: changed, problems: [...unknown, ...problems] }
}

/** The world with some zones drained and others no longer. */
export async function withDrains(
  world: World,
  { drain = [], undrain = [] }: Simulation,
  zones: KnownZones,
): Promise<World> {
  const isDrained = (place: Place) => world.drains.has(zoneKey(place))
  const named = (references: readonly string[]) => references.flatMap(one => zones.named(one) ?? [])
  return changedWorld(world, {
    upserted: named(drain)
      .filter(place => !isDrained(place))
      .map(place => stored(world, drainEntry(place))),
    removed: named(undrain).filter(isDrained).map(drainEntry).map(ofControl),
  })
}

/** What is wrong with the zones to be drained, or no longer. */
export function drainProblems({ drain = [], undrain = [] }: Simulation, zones: KnownZones): Problem[] {
  const drained = new Set(drain.flatMap(one => zones.named(one) ?? []).map(zoneKey))
  return [
    ...drain.flatMap((zone, index) => zones.problems(zone, ['drain', index])),
    ...undrain.flatMap((zone, index) => {
      const place = zones.named(zone)
      if (place === undefined) return zones.problems(zone, ['undrain', index])
      return drained.has(zoneKey(place))
        ? [problemAt(['undrain', index], 'is a zone that `drain` names, too')]
        : []
    }),
  ]
}

/** The world with what zones ask as the server writes it: all zones that ask for something, and no others. */
export async function withDemand(world: World, demand: readonly PlacedDemand[]): Promise<World> {
  const asking = demand.filter(one => one.demand > 0)
  const keys = new Set(asking.map(zoneKey))
  return changedWorld(world, {
    upserted: asking.map(one => stored(world, demandEntry(one))),
    removed: placedDemand(world)
      .filter(one => !keys.has(zoneKey(one)))
      .map(demandEntry)
      .map(ofControl),
  })
}

/** The same world where nothing changes. */
async function changedWorld(
  world: World,
  { upserted, removed }: Pick<Replacements, 'upserted' | 'removed'>,
): Promise<World> {
  if (upserted.length === 0 && removed.length === 0) return world
  const draft = new WorldDraft(world)
  const revision = world.revision + 1
  const turns = new Turns()
  for (const one of upserted) {
    draft.add({ revision, reset: false, upserted: [one], removed: [] })
    await turns.between()
  }
  for (const one of removed) {
    draft.add({ revision, reset: false, upserted: [], removed: [one] })
    await turns.between()
  }
  return draft.finish(revision).world
}

/** Entries of part `control` are of no source. */
function ofControl(key: EntryKey): SourcedKey {
  return { ...key, source: '' }
}

function stored({ revision }: World, one: Entry) {
  return { ...one, source: '', since: revision + 1, created: revision + 1 }
}

/** Nobody waits for a source whose settings do not say how long. */
function silence({ sourceSettings, staleSources }: World, source: string): Entry[] {
  if (sourceSettings.get(source)?.staleAfter === undefined || staleSources.has(source)) return []
  const row: StaleSource = { source, heardAt: new Date().toISOString() }
  return [entry(staleSourceKey(source), JSON.stringify(row))]
}

/** Sources that a list at `path` names and that have nothing in the world. */
function unknownSources(world: World, sources: readonly string[], path: Path): Problem[] {
  if (sources.length === 0) return []
  const known = new Set([...world.allServices()].flatMap(one => one.sources))
  for (const { source } of world.zones.values()) known.add(source)
  for (const source of [...world.nodes.keys(), ...world.defaults.keys()]) known.add(source)
  const detail = `is no source that has a topology at revision ${world.revision}`
  return sources.flatMap((source, index) => (known.has(source) ? [] : [problemAt([...path, index], detail)]))
}

/** What a source's topology has in the world. */
function keysOf(world: World, source: string): SourcedKey[] {
  const services = [...world.allServices()].flatMap(({ namespace, name, sources }) =>
    sources.includes(source)
      ? (['Service', 'Endpoints'] as const).map(kind => ({ kind, namespace, name, source }))
      : [],
  )
  const zones = [...world.zones.values()].flatMap(one =>
    one.source === source
      ? [{ kind: 'Zone' as const, namespace: '', name: zoneKeyName(one.zone), source }]
      : [],
  )
  const nodes = [...(world.nodes.get(source)?.keys() ?? [])].map(name => ({
    kind: 'Node' as const,
    namespace: '',
    name,
    source,
  }))
  const defaults = world.defaults.has(source) ? [{ ...DEFAULTS_KEY, source }] : []
  return [...services, ...zones, ...nodes, ...defaults]
}
