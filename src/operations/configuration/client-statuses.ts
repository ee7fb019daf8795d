import type { ProxyResource } from '../../model/held-resources.ts'
import type { ProxyStatus } from '../../model/proxies.ts'
import { StoreUnavailable } from '../../store/store.ts'
import { isRefusal } from '../refusal.ts'
import { type Configurable, readConfiguration } from './read-configuration.ts'

/** All connected proxies and what they have; empty where it cannot be told, as of one that has gone meanwhile. */
export function clientStatuses(collaborators: Configurable) {
  return {
    list: (): Promise<readonly ProxyStatus[]> => collaborators.proxies.list(),
    resources: async ({ id }: ProxyStatus): Promise<readonly ProxyResource[]> => {
      try {
        const found = await readConfiguration(collaborators, { proxy: id })
        return isRefusal(found) ? [] : found.resources
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error
        return []
      }
    },
  }
}
