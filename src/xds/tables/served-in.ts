import { TYPE_URLS } from '../../proto/type-urls.ts'
import type { Resource } from '../../translate/resource.ts'
import type { World } from '../../translate/world.ts'
import { ROOT_TYPES } from '../protocol/wildcard.ts'
import type { ClientNode } from './audience.ts'
import { Tables } from './tables.ts'

/** From what refers to what is referred to: how a client comes to the names that it asks for. */
const WALK: readonly (readonly [typeUrl: string, referrer?: string])[] = [
  [TYPE_URLS.listener],
  [TYPE_URLS.routes, TYPE_URLS.listener],
  [TYPE_URLS.cluster, TYPE_URLS.routes],
  [TYPE_URLS.endpoints, TYPE_URLS.cluster],
]

/** A client as its status tells of it. */
interface Client extends Omit<ClientNode, 'id' | 'configSource'> {
  readonly node: string
  readonly configSource?: object
}

interface AskedType {
  readonly typeUrl: string
  readonly wildcard: boolean
  readonly names: readonly string[]
}

/**
 * What a client that asks for these types would be served in a world, made one by one by the tables that serve streams.
 * It follows references: which names a client asks for depends on what it was sent.
 */
export function* servedIn(
  world: World,
  { node: id, configSource, ...client }: Client,
  asked: readonly AskedType[],
): Generator<Resource> {
  const tables = new Tables()
  tables.publish(world, { services: new Set(), settings: new Set(), gateways: new Set() }, true)
  const { names, views } = tables.join({
    ...client,
    id,
    ...(configSource && { configSource: { json: configSource } }),
  })
  const references = new Map<string, Set<string>>()
  for (const [typeUrl, referrer] of WALK) {
    const type = asked.find(one => one.typeUrl === typeUrl)
    const view = views(typeUrl)
    if (type === undefined || view === undefined) continue
    const referred = references.get(referrer ?? '')
    // What was asked for by name because a resource referred to it then says nothing of another world.
    const named = referred === undefined || ROOT_TYPES.has(typeUrl) ? type.names : []
    const all = type.wildcard ? view.all() : []
    const found = new Set<string>()
    references.set(typeUrl, found)
    const ids = Array.from([...named, ...(referred ?? [])], name => names.idOf(name))
    for (const id of new Set([...all, ...ids])) {
      const resource = view.get(id)
      if (resource === undefined) continue
      for (const reference of resource.references) found.add(reference)
      yield resource
    }
  }
}
