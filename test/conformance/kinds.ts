import { CDS, EDS, type Form, LDS, RDS } from './forms.ts'
import type { World } from './world.ts'

/** A resource type, and what is pushed so that there is a resource of a name, another version of it, or none. */
export interface Kind {
  readonly title: string
  readonly typeUrl: string
  /** The resource's name for a short one. */
  name(world: World, short: string): string
  /** `version` is any number: another number is another content. */
  make(world: World, shorts: readonly string[], version?: number): Promise<void>
  drop(world: World, shorts: readonly string[]): Promise<void>
  /** What is not there is said in `removed_resources`; else an empty resource. */
  readonly saysRemoved: boolean
}

function each<T>(shorts: readonly string[], of: (index: number) => T): Record<string, T> {
  return Object.fromEntries(shorts.map((short, index) => [short, of(index)]))
}

const cluster = (world: World, short: string) => world.cluster(short)
const listener = (world: World, short: string) => world.listener(short)
const dropServices = (world: World, shorts: readonly string[]) =>
  world.push({ services: each(shorts, () => null) })
const dropListeners = (world: World, shorts: readonly string[]) =>
  world.push({ listeners: each(shorts, () => null) })
/** Each listener has a port of its own, whatever the others of the test have. */
const portOf = (short: string) =>
  10_000 + (Array.from(short).reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7) % 5_000)

export const CLUSTERS: Kind = {
  title: 'clusters',
  typeUrl: CDS,
  name: cluster,
  make: (world, shorts, version = 1) =>
    world.push({ services: each(shorts, () => ({ ports: [9_001], connectTimeout: `${version}s` })) }),
  drop: dropServices,
  saysRemoved: true,
}

const ENDPOINTS: Kind = {
  title: 'endpoints',
  typeUrl: EDS,
  name: cluster,
  make: (world, shorts, version = 1) =>
    world.push({ services: each(shorts, () => ({ ports: [9_000 + version] })) }),
  drop: dropServices,
  saysRemoved: false,
}

export const LISTENERS: Kind = {
  title: 'listeners',
  typeUrl: LDS,
  name: listener,
  make: async (world, shorts, version = 1) => {
    const port = (index: number) => portOf(shorts[index] ?? '') + version * 5_000
    await world.push({ listeners: each(shorts, index => ({ port: port(index), rules: {} })) })
  },
  drop: dropListeners,
  saysRemoved: true,
}

const ROUTES: Kind = {
  title: 'routes',
  typeUrl: RDS,
  name: listener,
  make: (world, shorts, version = 1) =>
    world.push({
      services: { target: { ports: [9_001] } },
      listeners: each(shorts, index => ({
        port: portOf(shorts[index] ?? ''),
        rules: { [`/v${version}`]: 'target' },
      })),
    }),
  drop: dropListeners,
  saysRemoved: true,
}

/** Those of which a wildcard can be had. */
export const ROOTS: readonly Kind[] = [CLUSTERS, LISTENERS]
export const NAMED: readonly Kind[] = [ENDPOINTS, ROUTES]
export const KINDS: readonly Kind[] = [...ROOTS, ...NAMED]

/** One stream for one type is the same whatever its type: one type with a wildcard and one without stand for all. */
const STANDING_FOR_ALL: readonly Kind[] = [CLUSTERS, ENDPOINTS]

/** What `describe.each` takes: each kind in each form, under "KIND over FORM". */
export function crossed(forms: readonly Form[], kinds: readonly Kind[]) {
  return forms.flatMap(form =>
    kinds
      .filter(kind => form.isAggregated || STANDING_FOR_ALL.includes(kind))
      .map(kind => ({ form, kind, title: `${kind.title} over ${form.title}` })),
  )
}
