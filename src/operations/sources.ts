import type { SourceSettings } from '../model/control.ts'
import type { Proxies } from '../model/proxies.ts'
import type { SourceState } from '../store/store.ts'
import { type Current, currentWorld } from './current-world.ts'
import { type Columns, type ListRequest, listPage, type Page } from './list.ts'
import { type QuarantineSummary, quarantineSummary } from './quarantines.ts'
import { type Refusal, refuse } from './refusal.ts'
import { hasPartIn, type StandingNack, standingNacksOf } from './standing-nacks.ts'

export interface SourceSummary extends SourceState {
  /** When its pusher was last heard, to the second; null: never since it was restored. */
  readonly heardAt: string | null
  /** Its pusher is silent for longer than its settings allow. */
  readonly stale: { readonly since: string } | null
  readonly settings: SourceSettings
}

const COLUMNS: Columns<SourceSummary> = {
  id: state => state.source,
  fields: {
    source: state => state.source,
    created: state => state.created,
    revision: state => Math.max(0, ...state.parts.map(part => part.revision)),
    heardAt: state => state.heardAt ?? '',
    stale: state => String(state.stale !== null),
  },
}

export async function listSources(
  current: Current,
  request: ListRequest,
): Promise<Page<SourceSummary> | Refusal> {
  return listPage(await summaries(current), COLUMNS, request)
}

export interface SourceDetail extends SourceSummary {
  /** What connected proxies refuse of what it has a part in. */
  readonly nacks: readonly StandingNack[]
  /** What of it is under quarantine. */
  readonly quarantined: readonly QuarantineSummary[]
}

export async function readSource(
  current: Current & { readonly proxies: Pick<Proxies, 'list'> },
  source: string,
): Promise<SourceDetail | Refusal> {
  const state = (await summaries(current)).find(one => one.source === source)
  if (state === undefined) return refuse('unknown', `there is no source ${source}`)
  const world = current.replica.world()
  const nacks = standingNacksOf(world, await current.proxies.list(), source)
  const quarantined = [...world.quarantines.values()].filter(({ typeUrl, name }) =>
    hasPartIn(world, source, typeUrl, name),
  )
  return { ...state, nacks, quarantined: quarantined.map(quarantineSummary) }
}

async function summaries(current: Current): Promise<SourceSummary[]> {
  const [states, lastHeard, { staleSources, sourceSettings }] = await Promise.all([
    current.store.sources(),
    current.store.lastHeard(),
    currentWorld(current),
  ])
  return states.map(state => {
    const stale = staleSources.get(state.source)
    return {
      ...state,
      heardAt: lastHeard.get(state.source) ?? null,
      stale: stale === undefined ? null : { since: stale.heardAt },
      settings: sourceSettings.get(state.source) ?? {},
    }
  })
}
