import type { Position } from '../../model/change.ts'
import type { FirstFeedPage } from '../versions/feed.ts'
import type { News } from './followed-feed.ts'

/**
 * What the database thread sent of the feed before it was asked. Of several that nobody took the last one stays: whoever
 * stands before it asks instead, and is answered all of them as one.
 */
export class SentNews {
  #last: News | undefined

  keep(news: News | undefined): void {
    this.#last = news
  }

  /** What comes next for whom stands there; undefined: he must ask. */
  take({ revision, stamp }: Partial<Position>): FirstFeedPage | undefined {
    const news = this.#last
    if (news === undefined || news.after.revision !== revision || news.after.stamp !== stamp) return undefined
    this.#last = undefined
    return news.page
  }
}
