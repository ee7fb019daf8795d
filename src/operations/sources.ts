import type { SourceState, Store } from '../store/store.ts'
import { type Columns, type ListRequest, listPage, type Page } from './list.ts'
import { type Refusal, refuse } from './refusal.ts'

const COLUMNS: Columns<SourceState> = {
  id: state => state.source,
  fields: {
    source: state => state.source,
    created: state => state.created,
    revision: state => Math.max(0, ...state.parts.map(part => part.revision)),
  },
}

export async function listSources(store: Store, request: ListRequest): Promise<Page<SourceState> | Refusal> {
  return listPage(await store.sources(), COLUMNS, request)
}

export async function readSource(store: Store, source: string): Promise<SourceState | Refusal> {
  const state = (await store.sources()).find(one => one.source === source)
  return state ?? refuse('unknown', `there is no source ${source}`)
}
