import type { ProxyStatus } from '../../model/proxies.ts'
import type { Resource } from '../../translate/resource.ts'
import type { World } from '../../translate/world.ts'

/** A type that a proxy is subscribed to. */
export interface AskedType {
  readonly typeUrl: string
  readonly wildcard: boolean
  /** Asked for by name, as far as it is known. */
  readonly names: readonly string[]
}

/**
 * What a proxy that asks for these types is, or would be, served in a world; of a type whose resources others refer to,
 * what is referred to. Made one by one, as somebody takes them.
 */
export type ServedIn = (
  world: World,
  proxy: Pick<ProxyStatus, 'node' | 'kind' | 'gateway' | 'viewpoint' | 'userAgent' | 'configSource'>,
  asked: readonly AskedType[],
) => Iterable<Resource>
