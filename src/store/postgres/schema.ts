import { bigint, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import type { StoredPart } from '../../model/entry.ts'
import type { Cause } from '../store.ts'

/** The tables of migrations/postgres, as far as queries are built with drizzle. Their meaning is told there. */

const number = (name?: string) =>
  name === undefined ? bigint({ mode: 'number' }) : bigint(name, { mode: 'number' })
const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' })

export const part = pgTable('part', {
  id: number().primaryKey().generatedAlwaysAsIdentity(),
  source: text().notNull(),
  part: text().$type<StoredPart>().notNull(),
  since: number().notNull(),
  until: number(),
  created: number().notNull(),
  digest: text().notNull(),
  entries: number().notNull(),
  bodyDigest: text('body_digest'),
  changedAt: time('changed_at').notNull(),
})

export const revision = pgTable('revision', {
  revision: number().primaryKey(),
  source: text(),
  part: text().$type<StoredPart | 'both'>().notNull(),
  cause: text().$type<Cause>().notNull(),
  restored: number(),
  digest: text(),
  author: text().notNull(),
  createdAt: time('created_at').notNull(),
  added: number().notNull(),
  updated: number().notNull(),
  removed: number().notNull(),
})
