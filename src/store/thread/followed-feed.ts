import type { Position } from '../../model/change.ts'
import { beginFeed, type FirstFeedPage } from '../versions/feed.ts'
import type { Database } from '../versions/statements.ts'
import type { OwnCommits } from './own-commits.ts'

/** What the one who follows the feed would ask for next, before he asks. */
export interface News {
  /** Where he must stand for it to be what comes next. */
  readonly after: Position
  readonly page: FirstFeedPage
}

/** Where the database stands, and what led there. */
export interface Head {
  readonly position: Position
  readonly news?: News
}

/**
 * The feed as this thread tells it to the main one. Whoever follows it is sent what is new together with the news that
 * there is something: to ask for it would be one more way between two threads, on which a change of an endpoint waits.
 */
export class FollowedFeed {
  readonly #database: Database
  readonly #own: OwnCommits
  /** Where he stands as far as he was told; undefined: nobody follows. */
  #follower: Position | undefined

  constructor(database: Database, own: OwnCommits) {
    this.#database = database
    this.#own = own
  }

  async begin(after: Partial<Position>, isFollowed: boolean): Promise<FirstFeedPage | null> {
    const page = await this.#read(after)
    if (isFollowed && page !== null) this.#follower = positionOf(page)
    if (!isFollowed) this.#follower = undefined
    return page
  }

  /** Reads what is new to the follower, where there is one; what he then does not take he asks for. */
  async head(): Promise<Head> {
    const after = this.#follower
    if (after === undefined) return { position: await this.#database.statements.revisions.position() }
    const page = await this.#read(after)
    if (page === null) return { position: after }
    this.#follower = positionOf(page)
    return { position: this.#follower, news: { after, page } }
  }

  async #read(after: Partial<Position>): Promise<FirstFeedPage | null> {
    const page = await beginFeed(this.#database, after)
    return page && { ...page, commits: this.#own.refine(page.commits) }
  }
}

function positionOf({ revision, stamp }: Position): Position {
  return { revision, stamp }
}
