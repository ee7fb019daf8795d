import type { Statements } from '../versions/statements.ts'
import { PostgresArchive } from './archive.ts'
import type { Sql } from './connect.ts'
import { PostgresFences } from './fences.ts'
import { PostgresHearings } from './hearings.ts'
import { PostgresLeases } from './leases.ts'
import { PostgresLedger } from './ledger.ts'
import { PostgresNacks } from './nacks.ts'
import { PostgresPruning } from './pruning.ts'
import { PostgresReports } from './reports.ts'
import { PostgresRevisions } from './revisions.ts'
import { type Send, sendAndWait } from './sent-ahead.ts'

type PostgresStatements = Statements & { readonly reports: PostgresReports }

/** The statements on one connection: part of its transaction, when it is in one. */
export function statementsOn(sql: Sql, send: Send = sendAndWait): PostgresStatements {
  return {
    ledger: new PostgresLedger(sql, send),
    archive: new PostgresArchive(sql),
    revisions: new PostgresRevisions(sql),
    hearings: new PostgresHearings(sql, send),
    fences: new PostgresFences(sql, send),
    pruning: new PostgresPruning(sql),
    leases: new PostgresLeases(sql),
    nacks: new PostgresNacks(sql),
    reports: new PostgresReports(sql),
  }
}

type Use = <T>(act: (statements: PostgresStatements) => Promise<T>) => Promise<T>

/** The statements, each on whichever connection `use` finds for it. */
export function statementsBy(use: Use): Statements {
  return {
    ledger: group(use, 'ledger'),
    archive: group(use, 'archive'),
    revisions: group(use, 'revisions'),
    hearings: group(use, 'hearings'),
    fences: group(use, 'fences'),
    pruning: group(use, 'pruning'),
    leases: group(use, 'leases'),
    nacks: group(use, 'nacks'),
    reports: group(use, 'reports'),
  }
}

type Statement = (...args: unknown[]) => Promise<unknown>

function group<Name extends keyof Statements>(use: Use, name: Name): PostgresStatements[Name] {
  const target = {} as PostgresStatements[Name]
  return new Proxy(target, {
    get:
      (_, statement) =>
      (...args: unknown[]) =>
        use(statements => {
          const of = statements[name] as unknown as Record<string | symbol, Statement>
          return (of[statement] as Statement)(...args)
        }),
  })
}
