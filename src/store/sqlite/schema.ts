import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { StoredPart } from '../../model/entry.ts'
import type { Cause } from '../store.ts'

/** The tables of migrations/sqlite, as far as queries are built with drizzle. Their meaning is told there. */

export const part = sqliteTable('part', {
  source: text().notNull(),
  part: text().$type<StoredPart>().notNull(),
  since: integer().notNull(),
  until: integer(),
  created: integer().notNull(),
  digest: text().notNull(),
  entries: integer().notNull(),
  bodyDigest: text('body_digest'),
  changedAt: text('changed_at').notNull(),
})

export const floor = sqliteTable('floor', {
  source: text().notNull(),
  part: text().$type<StoredPart>().notNull(),
  revision: integer().notNull(),
})

export const revision = sqliteTable('revision', {
  revision: integer().primaryKey(),
  source: text(),
  part: text().$type<StoredPart | 'both'>().notNull(),
  cause: text().$type<Cause>().notNull(),
  restored: integer(),
  digest: text(),
  author: text().notNull(),
  createdAt: text('created_at').notNull(),
  added: integer().notNull(),
  updated: integer().notNull(),
  removed: integer().notNull(),
})
