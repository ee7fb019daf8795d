import type { Commit } from '../../model/change.ts'
import type { OwnProxies } from '../../model/proxies.ts'
import { Arrivals } from '../convergence/arrivals.ts'
import { Editions } from '../convergence/editions.ts'
import { ProxyRegistry } from '../convergence/proxy-registry.ts'
import { MessageCounts } from '../streams/message-counts.ts'
import { RunningTime } from '../streams/running-time.ts'
import { Polling, type PollingOptions } from './polling.ts'

interface OpenPolling {
  readonly polling: Polling
  readonly proxies: Pick<OwnProxies, 'list' | 'held'>
  /** The views of all audiences show this revision now. */
  onChange(revision: number, commits: readonly Commit[]): void
  close(): void
}

/** Serves Envoys that ask by REST where there are no streams. `revision`: what the audiences' views show. */
export function openPolling(
  options: Omit<PollingOptions, 'editions' | 'arrivals' | 'registry' | 'messages' | 'time'> & {
    readonly revision: number
  },
): OpenPolling {
  const editions = new Editions(options.revision)
  const arrivals = new Arrivals()
  const registry = new ProxyRegistry(editions)
  const time = new RunningTime()
  const polling = new Polling({
    ...options,
    editions,
    arrivals,
    registry,
    messages: new MessageCounts(),
    time,
  })
  return {
    polling,
    proxies: registry,
    onChange: (revision, commits) => {
      editions.show(revision)
      arrivals.came(editions.current, new Date())
      registry.arrived(commits)
      polling.onEdition()
    },
    close: () => {
      polling.close()
      time.stop()
    },
  }
}
