import type { NameId } from '../names/name-id.ts'
import type { View } from '../tables/view.ts'
import { sharedIn } from './batches.ts'
import type { Holdings } from './holdings.ts'
import { type News, newsOf } from './news.ts'
import type { ShownResources } from './shown-resources.ts'

/** Whose view it is. */
interface Client {
  wants(id: NameId): boolean
  /** What of the view this client is to have. */
  readonly shown: ShownResources<NameId>
  readonly holdings: Holdings
}

/** Names that are new to a client; `news`: these and nothing else, for all who had the same. */
interface Found {
  readonly ids: readonly NameId[]
  readonly news?: News | undefined
}

/** How far one client has looked at a view, and what of it is new to this client. */
export class ViewReader {
  readonly #view: View
  readonly #client: Client
  #cursor: number

  constructor(view: View, client: Client) {
    this.#view = view
    this.#client = client
    this.#cursor = view.position
  }

  /** `read` would find nothing. */
  get isUpToDate(): boolean {
    return this.#view.position === this.#cursor
  }

  /** What changed since the last time. `isSettled`: the client has taken all that there was until then. */
  read(isSettled: boolean): Found {
    const since = this.#cursor
    const until = this.#view.position
    this.#cursor = until
    const share = isSettled ? sharedIn(this.#view) : undefined
    const told = share?.news(since, until)
    if (told !== undefined && this.#isAllNew(told)) return { ids: told.ids, news: told }
    const changes = this.#changedSince(since)
    if (share === undefined || changes.ids.length === 0) return changes
    const news = newsOf({ since, until, ...changes }, this.#client)
    if (news !== undefined) share.tell(news)
    return { ids: changes.ids, news }
  }

  /** Names that changed: those that are new to the client, and the others. */
  #changedSince(cursor: number): { ids: NameId[]; others: NameId[] } {
    const ids: NameId[] = []
    const others: NameId[] = []
    for (const id of this.#view.changedSince(cursor)) {
      if (this.#isNew(id)) ids.push(id)
      else others.push(id)
    }
    return { ids, others }
  }

  /** Whether exactly that is new to this client, of which others were told. */
  #isAllNew(news: News): boolean {
    for (const id of news.ids) if (!this.#client.wants(id)) return false
    for (const id of news.others) if (this.#isNew(id)) return false
    return this.#client.holdings.isBefore(news)
  }

  #isNew(id: NameId): boolean {
    const { shown, holdings } = this.#client
    return this.#client.wants(id) && shown.get(id)?.version !== holdings.get(id)?.version
  }
}
