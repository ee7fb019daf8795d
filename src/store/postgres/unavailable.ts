import { DrizzleQueryError } from 'drizzle-orm/errors'
import type { Unavailable } from '../thread/backend.ts'

const UNREACHABLE = 'check that the database is up and can be reached'
const UNTRUSTED = "check the database's certificate, and sslmode in the URL"
const POOLED = 'a proxy that pools transactions is in between: add ?listen=off to the URL'
const DAMAGED = 'the database is damaged: restore a backup'

/** By SQLSTATE or its class (two characters), or by the code of the driver, of Node.js or of the operating system. */
const HINTS: readonly [code: RegExp, hint: string][] = [
  [/^25006$/, 'the database is read-only: it may be failing over; it is connected anew'],
  // Unlogged tables, which reports are in, are not there while a copy follows.
  [/^0A000$/, 'the database is a copy that does not lead; it is tried again'],
  [/^25P0[34]$/, 'this process did not go on with its transaction in time; try again'],
  [/^28...$/, 'check user, password and pg_hba.conf'],
  [/^3D000$/, 'create the database, or check its name'],
  [/^42501$/, 'grant the user what docs/postgresql.md names'],
  [
    /^(42P01|3F000)$/,
    'the tables are gone: another database answers at this address. Restore a backup into it; or restart to begin anew',
  ],
  [/^(26000|42P05)$/, POOLED],
  [/^53100$/, 'free space on the disk of the database; what was answered is safe'],
  [/^53300$/, 'the database has no room for another connection: lower ?pool= or raise max_connections'],
  [/^53...$/, 'the database is short of memory or of something else: see its log'],
  [/^55P03$/, 'another write goes on; try again'],
  [/^55...$/, 'the database is in a state that does not allow this: see its log'],
  [/^57014$/, 'the database took too long; try again'],
  [/^40...$/, 'another write was in the way; try again'],
  [/^57...$/, 'the database is stopping or starting; it is tried again'],
  [/^58...$/, "check the database's disk, and its log"],
  [/^08...$/, UNREACHABLE],
  [/^XX00[12]$/, DAMAGED],
  [/^XX000$/, 'the database reports an error of its own: see its log'],
  [/^CONNECTIONS_BUSY$/, 'others wait for the database too; try again, or raise ?pool='],
  [/^CONNECT(ION)?_/, UNREACHABLE],
  [/^(CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|SASL_)/, UNTRUSTED],
  // Of the operating system: ECONNREFUSED, ENOTFOUND…
  [/^E[A-Z]+$/, UNREACHABLE],
]

/** The database's own failures; undefined for everything else, which is a bug and stays an exception. */
export function unavailable(error: unknown): Unavailable | undefined {
  // What drizzle says is only which statement it was.
  const failure = error instanceof DrizzleQueryError ? error.cause : error
  const code = (failure as { code?: unknown } | undefined)?.code
  if (typeof code !== 'string') return undefined
  const hint = HINTS.find(([pattern]) => pattern.test(code))?.[1]
  if (hint === undefined) return undefined
  // None makes what is open worthless: connections that are lost are made anew one by one.
  return { cause: `${(failure as Error).message} (${code})`, hint, broken: false, isFull: code === '53100' }
}
