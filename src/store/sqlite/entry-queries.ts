/**
 * Every statement that reads entries, in one place because each of them must be served by an index however long
 * the history is (test/store/sqlite/entry-queries.test.ts asks SQLite for its plan).
 */
const ROW = 'source, kind, namespace, name, digest, since, created, body'

/** What stands in a part, without bodies. */
export const STANDING_OF_PART = `
  select id, kind, namespace, name, digest, since, created from entry
  where source = @source and part = @part and until is null`

export const STANDING_OF_KEY = `
  select id, digest, since, created from entry
  where source = @source and part = @part and kind = @kind and namespace = @namespace and name = @name
    and until is null`

/** What a part held at a revision, without bodies. */
export const PART_AT_KEYS = `
  select id, kind, namespace, name, digest from entry
  where source = @source and part = @part and until is null and since <= @revision
  union all
  select id, kind, namespace, name, digest from entry
  where until > @revision and since <= @revision and source = @source and part = @part`

/** A part at a revision, in the order in which it is listed. */
export const PART_AT = `
  select kind, namespace, name, digest, body from entry
  where source = @source and part = @part and until is null and since <= @revision
  union all
  select kind, namespace, name, digest, body from entry
  where until > @revision and since <= @revision and source = @source and part = @part
  order by kind, namespace, name`

const MATCHING = `
    and (@namespace is null or namespace = @namespace) and (@name is null or name = @name)
    and (@kinds is null or kind in (select value from json_each(@kinds)))`

/** All sources at a revision, or what of them matches. */
export const ALL_AT = `
  select ${ROW} from entry indexed by entry_standing
  where until is null and since <= @revision ${MATCHING}
  union all
  select ${ROW} from entry
  where until > @revision and since <= @revision ${MATCHING}`

/** One thing in all sources at a revision. */
export const NAMED_AT = `
  select ${ROW} from entry
  where namespace = @namespace and name = @name and since <= @revision and (until is null or until > @revision)
    and (@kinds is null or kind in (select value from json_each(@kinds)))`

/** Feed, what came: standing at `to`, written after `after`. Paged by id, which grows with since. */
export const CAME = `
  select id, ${ROW} from entry
  where (since, id) > (@since, @id) and since <= @to and (until is null or until > @to)
  order by since, id`

/**
 * Feed, what went: stood at `after`, and its key has no row that stands at `to`. The newest row of a key decides,
 * found by one step in the index even where a key has thousands of versions.
 */
export const WENT = `
  select id, until, source, kind, namespace, name from entry as old
  where (until, id) > (@until, @id) and until <= @to and since <= @after
    and (select coalesce(newest.until, @to + 1) from entry as newest
         where newest.namespace = old.namespace and newest.name = old.name and newest.kind = old.kind
           and newest.source = old.source and newest.since <= @to
         order by newest.since desc limit 1) <= @to
  order by until, id`

/** Diff: what stood at `from` and no longer at `to`. */
export const ONLY_FROM = `
  select source, kind, namespace, name, digest, body from entry
  where until > @from and until <= @to and since <= @from and (@source is null or source = @source)`

/** Diff: what stands at `to` and did not at `from`. */
export const ONLY_TO = `
  select source, kind, namespace, name, digest, body from entry
  where since > @from and since <= @to and (until is null or until > @to)
    and (@source is null or source = @source)`

/** Retention: what was closed at or before a revision, oldest first. */
export const CLOSED_UNTIL = `
  select id, source, until from entry
  where (until, id) > (@until, @id) and until <= @cutoff and part = @part
  order by until, id limit @limit`
