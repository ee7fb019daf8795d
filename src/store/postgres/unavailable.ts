import type { Unavailable } from '../thread/backend.ts'

/** By SQLSTATE or its class (two characters), or by the code of the driver or of the operating system. */
const HINTS: readonly [code: string, hint: string, broken?: boolean][] = [
  // The server that answers is a copy now, and what is open leads to it.
  ['25006', 'the database is read-only: it may be failing over; it is connected anew', true],
  ['28', 'check user, password and pg_hba.conf'],
  ['3D000', 'create the database, or check its name'],
  ['42501', 'grant the user what docs/postgresql.md names'],
  ['42P01', 'the tables are gone: another database answers at this address; restart to migrate it'],
  ['53100', 'free space on the disk of the database; what was answered is safe'],
  ['53', 'the database has no room for another connection: lower ?pool= or raise max_connections'],
  ['55P03', 'another write goes on; try again'],
  ['57014', 'the database took too long; try again'],
  ['40', 'another write was in the way; try again'],
  ['57', 'the database is stopping or starting; it is tried again'],
  ['58', "check the database's disk, and its log"],
  ['08', 'check that the database is up and can be reached'],
  ['XX001', 'the database is damaged: restore a backup'],
  ['XX002', 'the database is damaged: restore a backup'],
  ['CONNECT', 'check that the database is up and can be reached'],
  ['E', 'check that the database is up and can be reached'],
]

/** The database's own failures; undefined for everything else, which is a bug and stays an exception. */
export function unavailable(error: unknown): Unavailable | undefined {
  const code = (error as { code?: unknown }).code
  if (typeof code !== 'string') return undefined
  const known = HINTS.find(([prefix]) => code.startsWith(prefix))
  if (known === undefined) return undefined
  const [, hint, broken = false] = known
  return { cause: `${(error as Error).message} (${code})`, hint, broken }
}
