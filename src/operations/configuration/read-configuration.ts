import type { HeldType, ProxyResource } from '../../model/held-resources.ts'
import type { ProxyStatus } from '../../model/proxies.ts'
import type { ResourceType } from '../../model/resource-types.ts'
import type { World } from '../../translate/world.ts'
import type { Collaborators } from '../collaborators.ts'
import { inTurns } from '../in-turns.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import { wholePastWorld } from '../past-world.ts'
import { readProxy } from '../proxies.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { askedTypes, wantsType } from './asked-types.ts'

export type Configurable = Pick<Collaborators, 'store' | 'replica' | 'proxies' | 'servedIn'>

export interface ConfigurationQuestion {
  /** Its id. */
  readonly proxy: string
  /** None: all. */
  readonly types?: readonly ResourceType[]
  /** Only the resources of this name. */
  readonly name?: string | undefined
  /** What it would have had then; default: what it has. */
  readonly revision?: number | undefined
}

/** What one proxy has, or would have had. */
export interface Configuration {
  readonly proxy: ProxyStatus
  /** Everything up to it is in there. */
  readonly revision: number
  /**
   * True: as it was sent and answered on the proxy's stream. False: worked out from what all sources said at
   * `revision`, from which every replica makes the same bytes; what was sent since and not answered is not in there.
   */
  readonly exact: boolean
  readonly resources: readonly ProxyResource[]
}

/** What a proxy has; of one that is connected to another replica, what it has answered. */
export async function readConfiguration(
  collaborators: Configurable,
  { proxy: id, types = [], name, revision }: ConfigurationQuestion,
): Promise<Configuration | Refusal> {
  const { proxies } = collaborators
  const proxy = await readProxy(proxies, id)
  if (isRefusal(proxy)) return proxy
  const held = proxies.held(id)
  const isWanted = (resource: ProxyResource) =>
    wantsType(types, resource.typeUrl) && (name === undefined || resource.name === name)
  if (revision === undefined && held !== undefined) {
    const resources = held.flatMap(resourcesOf).filter(isWanted)
    return { proxy, revision: proxy.revision, exact: true, resources }
  }
  const at = revision ?? proxy.revision
  const served = await servedAt(collaborators, proxy, held, at)
  if (isRefusal(served)) return served
  const resources = served.filter(isWanted)
  return {
    proxy,
    revision: at,
    exact: false,
    resources: revision === undefined ? resources.map(one => answered(one, proxy)) : resources,
  }
}

/** What a proxy is, or would be, served at a revision. */
export async function servedAt(
  { store, replica, servedIn }: Configurable,
  proxy: ProxyStatus,
  held: readonly HeldType[] | undefined,
  revision: number,
): Promise<ProxyResource[] | Refusal> {
  if (held === undefined && proxy.kind === 'grpc') {
    return refuse(
      'unknown',
      `what ${proxy.node} asks for by name only its replica knows: ask ${proxy.replica}`,
    )
  }
  const current = replica.world()
  const served = (world: World) =>
    inTurns(servedIn(world, proxy, askedTypes(proxy, held)), ({ typeUrl, name, version, encoded }) => ({
      typeUrl,
      name,
      has: { version, encoded },
    }))
  if (revision === current.revision) return served(current)
  return PAST_WORLDS.run(async () => {
    const world = await wholePastWorld(store, revision)
    return isRefusal(world) ? world : served(world)
  })
}

/** Each is all that there was: 10,000 services take some hundred megabytes while they are looked at. */
const PAST_WORLDS = new OneAtATime()

function resourcesOf({ typeUrl, resources }: HeldType): ProxyResource[] {
  return resources.map(resource => ({ typeUrl, ...resource }))
}

/** What its replica tells of a proxy says what it refused; nobody knows what it has instead. */
function answered({ typeUrl, name, has }: ProxyResource, proxy: ProxyStatus): ProxyResource {
  const rejected = proxy.types.find(one => one.typeUrl === typeUrl)?.rejected
  if (has === undefined || !rejected?.resources.includes(name)) {
    return { typeUrl, name, status: 'SYNCED', ...(has && { has }) }
  }
  return { typeUrl, name, status: 'NACK', offered: has }
}
