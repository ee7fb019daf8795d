/** Where a database is. */
export type Location = SqliteLocation | PostgresLocation

interface SqliteLocation {
  readonly kind: 'sqlite'
  /** A path, or `:memory:`. */
  readonly path: string
}

export interface PostgresLocation {
  readonly kind: 'postgres'
  /** As libpq knows it, with the password: never to be shown. */
  readonly url: string
  /** The most connections that this process opens, beside the one that listens. */
  readonly pool: number
  /** false: a proxy that pools transactions is in between, so no LISTEN and no prepared statements. */
  readonly listen: boolean
}

const POOL = 8
const LARGEST_POOL = 100

/** `sqlite:PATH` or `postgres://…?pool=8&listen=off`; a text says what is wrong. */
export function parseLocation(text: string): Location | string {
  if (/^postgres(ql)?:/.test(text)) return parsePostgres(text)
  const path = /^sqlite:(.+)$/.exec(text)?.[1]
  if (path === undefined) return `"${text}" is none of sqlite:PATH, sqlite::memory: and postgres://…`
  return { kind: 'sqlite', path }
}

/** How a location is named in messages: without what must stay secret. */
export function nameOf(location: Location): string {
  if (location.kind === 'sqlite') return location.path
  const { hostname, port, pathname } = new URL(location.url)
  return `postgres://${hostname}${port && `:${port}`}${pathname}`
}

/** The text may hold a password, so no message repeats it. */
function parsePostgres(text: string): PostgresLocation | string {
  if (!URL.canParse(text)) return 'not a URL such as postgres://user:password@host:5432/vicinity'
  const url = new URL(text)
  const pool = url.searchParams.get('pool') ?? String(POOL)
  const listen = url.searchParams.get('listen') ?? 'on'
  if (!/^[1-9][0-9]{0,2}$/.test(pool) || Number(pool) > LARGEST_POOL)
    return `pool=${pool} is not a number of connections from 1 to ${LARGEST_POOL}`
  if (listen !== 'on' && listen !== 'off') return `listen=${listen} is neither on nor off`
  url.searchParams.delete('pool')
  url.searchParams.delete('listen')
  return { kind: 'postgres', url: url.href, pool: Number(pool), listen: listen === 'on' }
}
