import type { ProxyResource } from '../../model/held-resources.ts'
import type { ResourceType } from '../../model/resource-types.ts'
import { resourceTypeName } from '../../model/resource-types.ts'
import { readProxy } from '../proxies.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { wantsType } from './asked-types.ts'
import { messageOf } from './document.ts'
import { type Configurable, servedAt } from './read-configuration.ts'

export interface DifferenceQuestion {
  /** The id of a proxy. */
  readonly proxy: string
  /** None: all. */
  readonly types?: readonly ResourceType[]
  readonly from: number
  /** Default: the newest. */
  readonly to?: number | undefined
}

/** How what a proxy would have been served at two revisions differs. */
export interface Difference {
  readonly proxy: string
  readonly node: string
  readonly from: number
  readonly to: number
  readonly changes: readonly ResourceChange[]
}

interface ResourceChange {
  readonly before: ProxyResource | undefined
  readonly after: ProxyResource | undefined
}

/** One resource that differs, as it is shown. */
interface ShownChange {
  /** `cds`, `eds`… */
  readonly type: string
  readonly name: string
  readonly change: 'added' | 'updated' | 'removed'
  /** Of Envoy, as ProtoJSON; null where there is none. */
  readonly before: unknown
  readonly after: unknown
}

export interface DifferenceAnswer extends Omit<Difference, 'changes'> {
  readonly changes: readonly ShownChange[]
}

export async function configurationDifference(
  collaborators: Configurable,
  { proxy: id, types = [], from, to = collaborators.replica.world().revision }: DifferenceQuestion,
): Promise<Difference | Refusal> {
  const { proxies } = collaborators
  const proxy = await readProxy(proxies, id)
  if (isRefusal(proxy)) return proxy
  const held = proxies.held(id)
  // One after the other: the world of an old revision is large.
  const before = await servedAt(collaborators, proxy, held, from)
  if (isRefusal(before)) return before
  const after = await servedAt(collaborators, proxy, held, to)
  if (isRefusal(after)) return after
  const changes = [...differing(before, after)].filter(one => wantsType(types, resourceOf(one).typeUrl))
  return { proxy: proxy.id, node: proxy.node, from, to, changes }
}

/** Pieces of JSON text, each resource in its turn. */
export function* differenceDocument({ changes, ...head }: Difference): Generator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"changes":[`
  let separator = ''
  for (const change of changes) {
    yield separator + JSON.stringify(shownChange(change))
    separator = ','
  }
  yield ']}'
}

/** Those of before in their order, then what was added. */
function* differing(
  before: readonly ProxyResource[],
  after: readonly ProxyResource[],
): Iterable<ResourceChange> {
  const rest = new Map(after.map(one => [keyOf(one), one]))
  for (const one of before) {
    const now = rest.get(keyOf(one))
    rest.delete(keyOf(one))
    if (now?.has?.version !== one.has?.version) yield { before: one, after: now }
  }
  for (const one of rest.values()) yield { before: undefined, after: one }
}

function keyOf({ typeUrl, name }: ProxyResource): string {
  return `${typeUrl} ${name}`
}

function resourceOf({ before, after }: ResourceChange): ProxyResource {
  return (after ?? before) as ProxyResource
}

function shownChange(change: ResourceChange): ShownChange {
  const { before, after } = change
  const { typeUrl, name } = resourceOf(change)
  return {
    type: resourceTypeName(typeUrl),
    name,
    change: before === undefined ? 'added' : after === undefined ? 'removed' : 'updated',
    before: messageOf(before?.has),
    after: messageOf(after?.has),
  }
}
