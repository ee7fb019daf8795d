import type { HeldType } from '../../model/held-resources.ts'
import type { ProxyStatus } from '../../model/proxies.ts'
import { RESOURCE_TYPES, type ResourceType } from '../../model/resource-types.ts'
import type { AskedType } from './served-in.ts'

/**
 * The types that a proxy is subscribed to. Which names it asks for is known of those that are connected to this replica;
 * others are taken to ask for what they are referred to.
 */
export function askedTypes({ types }: ProxyStatus, held: readonly HeldType[] | undefined): AskedType[] {
  if (held === undefined) return types.map(({ typeUrl, wildcard }) => ({ typeUrl, wildcard, names: [] }))
  return held.map(({ typeUrl, wildcard, resources }) => ({
    typeUrl,
    wildcard,
    names: wildcard ? [] : resources.map(({ name }) => name),
  }))
}

/** Whether resources of a type URL are wanted; no types at all: of every one. */
export function wantsType(types: readonly ResourceType[], typeUrl: string): boolean {
  return types.length === 0 || types.some(type => RESOURCE_TYPES[type] === typeUrl)
}
