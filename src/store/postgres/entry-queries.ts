import { type EntryKey, type Part, STORED_PARTS, type StoredPart } from '../../model/entry.ts'
import type { EntriesQuery } from '../store.ts'
import type { Place, Range, Walk } from '../versions/statements.ts'
import { STRETCH_CHARACTERS, STRETCH_ROWS } from '../versions/stretch.ts'
import type { Queries } from './connect.ts'

/*
 * Every statement that reads entries, in one place because each of them must be served by an index however long the
 * history is (test/store/postgres/entry-queries.test.ts asks PostgreSQL for its plan).
 */

const row = (sql: Queries) => sql`source, kind, namespace, name, digest, since, created, body`

/**
 * Written at or before a revision, said so that no index is asked: most of the history is, and PostgreSQL likes to
 * intersect that with what a better index has found.
 */
const writtenBy = (sql: Queries, revision: number) => sql`since + 0 <= ${revision}`

/**
 * Closed after a revision. With no upper bound PostgreSQL takes it for a third of all, where it has no statistics yet (a
 * database that was just restored), and reads the whole history.
 */
const closedAfter = (sql: Queries, revision: number) =>
  sql`until between ${revision + 1} and ${Number.MAX_SAFE_INTEGER}`

interface PartAt {
  readonly source: string
  readonly part: StoredPart
  readonly revision: number
}

/** What stands in a part, without bodies. */
export function standingOfPart(sql: Queries, { source, part }: Omit<PartAt, 'revision'>) {
  return sql`
    select id, kind, namespace, name, digest, since, created from entry
    where source = ${source} and part = ${part} and until is null`
}

/**
 * Some keys of what stands, without bodies. PostgreSQL takes any list for one of a hundred, and reads the whole part
 * rather than look up so many: the limit, which no key reaches, leaves it nothing but one look for each.
 */
export function standingOfKeys(sql: Queries, source: string, part: StoredPart, keys: readonly EntryKey[]) {
  const wanted = JSON.stringify(keys.map(({ kind, namespace, name }) => ({ kind, namespace, name })))
  return sql`
    select standing.* from json_to_recordset(${wanted}::text::json) as wanted (kind text, namespace text, name text),
    lateral (
      select id, kind, namespace, name, digest, since, created from entry
      where source = ${source} and part = ${part} and kind = wanted.kind and namespace = wanted.namespace
        and name = wanted.name and until is null
      limit 1
    ) as standing`
}

/** Ends what stands in these rows. Of an array PostgreSQL knows how long it is, and looks each of a few up. */
export function closingOf(sql: Queries, ids: readonly number[], revision: number) {
  return sql`
    update entry set until = ${revision} from unnest(${`{${ids.join()}}`}::bigint[]) as closed (id)
    where entry.id = closed.id`
}

/** What a part held at a revision, without bodies. */
export function partAtKeys(sql: Queries, { source, part, revision }: PartAt) {
  return sql`
    select id, kind, namespace, name, digest from entry
    where source = ${source} and part = ${part} and until is null and ${writtenBy(sql, revision)}
    union all
    select id, kind, namespace, name, digest from entry
    where ${closedAfter(sql, revision)} and ${writtenBy(sql, revision)} and source = ${source} and part = ${part}`
}

/** A part at a revision, in the order in which it is listed. */
export function partAt(sql: Queries, source: string, part: Part, revision: number) {
  return sql`
    select kind, namespace, name, digest, body from entry
    where source = ${source} and part = ${part} and until is null and ${writtenBy(sql, revision)}
    union all
    select kind, namespace, name, digest, body from entry
    where ${closedAfter(sql, revision)} and ${writtenBy(sql, revision)} and source = ${source} and part = ${part}
    order by kind, namespace, name`
}

/** All sources at a revision, or what of them matches. */
export function allAt(
  sql: Queries,
  { revision, kinds, namespace, name }: EntriesQuery & { revision: number },
) {
  const matching = sql`
    ${namespace === undefined ? sql`` : sql`and namespace = ${namespace}`}
    ${name === undefined ? sql`` : sql`and name = ${name}`}
    ${kinds === undefined ? sql`` : sql`and kind in ${sql(kinds)}`}`
  // One thing's versions are an index of their own.
  if (namespace !== undefined && name !== undefined) {
    return sql`
      select ${row(sql)} from entry
      where since <= ${revision} and (until is null or until > ${revision}) ${matching}`
  }
  return sql`
    select ${row(sql)} from entry where until is null and ${writtenBy(sql, revision)} ${matching}
    union all
    select ${row(sql)} from entry where ${closedAfter(sql, revision)} and ${writtenBy(sql, revision)} ${matching}`
}

/**
 * Feed, what came: standing at `to`, written after `after`: what stands now, and what was closed since, which are few.
 * So a reader that begins reads what stands, and not the history. Bounded by rows, and by bytes; `of` is how many rows
 * there were before the bytes were looked at.
 */
export function came(sql: Queries, { to, place }: Walk) {
  const columns = sql`id, ${row(sql)}, octet_length(body) as size`
  const upTo = sql`and ${writtenBy(sql, to)} order by since, id limit ${STRETCH_ROWS}`
  return sql`
    select * from (
      select *, count(*) over () as of, sum(size) over (order by since, id) - size as before
      from (
        (select ${columns} from entry
         where until is null and (since, id) > (${place.revision}, ${place.id}) ${upTo})
        union all
        (select ${columns} from entry
         where ${closedAfter(sql, to)} and (since + 0, id) > (${place.revision}, ${place.id}) ${upTo})
        order by since, id limit ${STRETCH_ROWS}
      ) as rows
    ) as measured
    where before < ${STRETCH_CHARACTERS} order by since, id`
}

/**
 * Feed, what went: stood at `after`, and its key has no row that stands at `to`. The newest row of a key decides,
 * found by one step in the index even where a key has thousands of versions.
 */
export function went(sql: Queries, { after, to, place }: Walk) {
  return sql`
    select id, until, source, kind, namespace, name from entry as old
    where (until, id) > (${place.revision}, ${place.id}) and until <= ${to} and ${writtenBy(sql, after)}
      and (select coalesce(newest.until, ${to + 1}) from entry as newest
           where newest.namespace = old.namespace and newest.name = old.name and newest.kind = old.kind
             and newest.source = old.source and newest.since <= ${to}
           order by newest.since desc limit 1) <= ${to}
    order by until, id limit ${STRETCH_ROWS}`
}

/** Diff: what stood at `from` and no longer at `to`. */
export function onlyFrom(sql: Queries, { from, to, source }: Range) {
  return sql`
    select source, kind, namespace, name, digest, body from entry
    where until > ${from} and until <= ${to} and ${writtenBy(sql, from)} ${ofSource(sql, source)}`
}

/** Diff: what stands at `to` and did not at `from`. */
export function onlyTo(sql: Queries, { from, to, source }: Range) {
  return sql`
    select source, kind, namespace, name, digest, body from entry
    where part in ${sql(STORED_PARTS)} and since > ${from} and since <= ${to}
      and (until is null or until > ${to}) ${ofSource(sql, source)}`
}

/** Retention: what was closed at or before a revision, oldest first. */
export function closedEntries(
  sql: Queries,
  { part, cutoff, place, limit }: { part: StoredPart; cutoff: number; place: Place; limit: number },
) {
  return sql`
    select id, source, until from entry
    where (until, id) > (${place.revision}, ${place.id}) and until <= ${cutoff} and part = ${part}
    order by until, id limit ${limit}`
}

function ofSource(sql: Queries, source: string | null) {
  return source === null ? sql`` : sql`and source = ${source}`
}
