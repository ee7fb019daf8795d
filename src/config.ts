import { readFileSync } from 'node:fs'
import { type Address, formatAddress, isLoopback, parseAddress } from './address.ts'
import { ageMilliseconds } from './model/duration.ts'
import { parseTrafficPrices, type TrafficPrices } from './model/traffic-prices.ts'
import { type Location, parseLocation } from './store/location.ts'
import type { RetentionPolicy } from './store/store.ts'

/** All that `serve` was told, parsed once: nothing else reads flags or the environment. */
export interface Config {
  readonly database: Location
  readonly rest: Address
  readonly xds: Address
  /** undefined: the API is open, which is allowed on loopback addresses only. */
  readonly adminToken: string | undefined
  /** Answer streams that bring versions of their own although the database has no revision yet. */
  readonly allowEmpty: boolean
  /** Milliseconds after which a proxy must connect again, at the latest; undefined: never. */
  readonly maxConnectionAge: number | undefined
  /** Milliseconds between two load reports of a proxy. */
  readonly loadInterval: number
  /** Milliseconds; undefined: resources live for ever. */
  readonly resourceTtl: number | undefined
  readonly retention: RetentionPolicy
  /** Milliseconds for which counts of requests between zones are kept. */
  readonly retainTraffic: number
  /** undefined: traffic is told without what it costs. */
  readonly trafficPrices: TrafficPrices | undefined
  readonly logLevel: LogLevel
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
type LogLevel = (typeof LOG_LEVELS)[number]

/** Flags of `serve` as given; undefined is a flag left out, and the environment speaks for it. */
export interface ServeFlags {
  readonly database?: string
  readonly rest?: string
  readonly xds?: string
  readonly adminTokenFile?: string
  readonly allowEmpty?: boolean
  readonly maxConnectionAge?: string
  readonly loadInterval?: string
  readonly resourceTtl?: string
  readonly retainRoutes?: string
  readonly retainTopology?: string
  readonly retainTraffic?: string
  readonly trafficPrices?: string
  readonly logLevel?: string
}

export const DEFAULTS = {
  database: 'sqlite:vicinity.db',
  rest: '127.0.0.1:8080',
  xds: '127.0.0.1:18000',
  loadInterval: '10s',
  retainRoutes: '90d',
  retainTopology: '24h',
  retainTraffic: '30d',
  logLevel: 'info',
} as const

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] }

type Environment = Readonly<Record<string, string | undefined>>

/** Flags win over the environment, which wins over the defaults. All problems come back at once. */
export function parseConfig(flags: ServeFlags, env: Environment): ParsedConfig {
  const problems: string[] = []
  const check = <T>(name: string, text: string, parse: (text: string) => T | string): T | undefined => {
    const value = parse(text)
    if (typeof value !== 'string') return value
    problems.push(`${name}: ${value}`)
    return undefined
  }

  const database = check('--database', databaseOf(flags, env), parseLocation)
  const rest = check('--rest', flags.rest ?? env.VICINITY_REST ?? DEFAULTS.rest, parseAddress)
  const xds = check('--xds', flags.xds ?? env.VICINITY_XDS ?? DEFAULTS.xds, parseAddress)
  const age = check(
    '--max-connection-age',
    flags.maxConnectionAge ?? env.VICINITY_MAX_CONNECTION_AGE ?? '',
    parseConnectionAge,
  )
  const loads = check('--load-interval', flags.loadInterval ?? DEFAULTS.loadInterval, text =>
    parseAgeWithin(text, LOAD_INTERVALS),
  )
  const ttl = check('--resource-ttl', flags.resourceTtl ?? '', parseResourceTtl)
  const routes = check('--retain-routes', flags.retainRoutes ?? DEFAULTS.retainRoutes, parseAge)
  const topology = check('--retain-topology', flags.retainTopology ?? DEFAULTS.retainTopology, parseAge)
  const traffic = check('--retain-traffic', flags.retainTraffic ?? DEFAULTS.retainTraffic, parseAge)
  const prices = check(
    '--traffic-prices',
    flags.trafficPrices ?? env.VICINITY_TRAFFIC_PRICES ?? '',
    parsePrices,
  )
  const level = check(
    '--log-level',
    flags.logLevel ?? env.VICINITY_LOG_LEVEL ?? DEFAULTS.logLevel,
    parseLevel,
  )
  const admin = check('admin token', flags.adminTokenFile ?? '', () =>
    readAdminToken(flags.adminTokenFile, env),
  )

  if (admin && admin.token === undefined) {
    for (const [flag, address] of Object.entries({ '--rest': rest, '--xds': xds })) {
      if (address && !isLoopback(address.host))
        problems.push(
          `${flag}: ${formatAddress(address)} is not a loopback address, so a token is needed: give ` +
            '--admin-token-file or VICINITY_ADMIN_TOKEN, or listen on 127.0.0.1',
        )
    }
  }
  if (
    !database ||
    !rest ||
    !xds ||
    !admin ||
    !level ||
    !age ||
    !loads ||
    !ttl ||
    routes === undefined ||
    topology === undefined ||
    traffic === undefined ||
    !prices
  )
    return { ok: false, problems }
  if (problems.length > 0) return { ok: false, problems }
  return {
    ok: true,
    config: {
      database,
      rest,
      xds,
      adminToken: admin.token,
      allowEmpty: flags.allowEmpty ?? false,
      maxConnectionAge: age.milliseconds,
      loadInterval: loads.milliseconds,
      resourceTtl: ttl.milliseconds,
      retention: { routes: routes.milliseconds, topology: topology.milliseconds },
      retainTraffic: traffic.milliseconds,
      trafficPrices: prices.prices,
      logLevel: level.level,
    },
  }
}

/** What `serve` would open, also for the commands that look after its database. */
export function databaseOf({ database }: Pick<ServeFlags, 'database'>, env: Environment): string {
  return database ?? env.VICINITY_DATABASE ?? DEFAULTS.database
}

function parseAge(text: string): { milliseconds: number } | string {
  const milliseconds = ageMilliseconds(text)
  return milliseconds === undefined
    ? `"${text}" is not an age such as 90d, 24h, 30m or 10s`
    : { milliseconds }
}

/** Nothing is none. */
function parsePrices(text: string): { prices: TrafficPrices | undefined } | string {
  if (text === '') return { prices: undefined }
  const prices = parseTrafficPrices(text)
  return typeof prices === 'string' ? prices : { prices }
}

/** Often enough for demand and for traffic by the minute; each report costs an Envoy, and us, some kilobytes. */
const LOAD_INTERVALS = { shortest: '1s', longest: '1m' } as const

/** What a timer can wait for, and what leaves time to serve. */
const CONNECTION_AGES = { shortest: '1s', longest: '24d' } as const

const RESOURCE_TTLS = { shortest: '1s', longest: '1d' } as const

function parseAgeWithin(text: string, { shortest, longest }: { shortest: string; longest: string }) {
  const [age, least, most] = [parseAge(text), parseAge(shortest), parseAge(longest)]
  if (typeof age === 'string' || typeof least === 'string' || typeof most === 'string') return age
  const isWithin = age.milliseconds >= least.milliseconds && age.milliseconds <= most.milliseconds
  return isWithin ? age : `"${text}" is not between ${shortest} and ${longest}`
}

/** Nothing is no limit. */
function parseConnectionAge(text: string): { milliseconds: number | undefined } | string {
  return text === '' ? { milliseconds: undefined } : parseAgeWithin(text, CONNECTION_AGES)
}

/** Nothing is no limit. */
function parseResourceTtl(text: string): { milliseconds: number | undefined } | string {
  return text === '' ? { milliseconds: undefined } : parseAgeWithin(text, RESOURCE_TTLS)
}

function parseLevel(text: string): { level: LogLevel } | string {
  const level = LOG_LEVELS.find(known => known === text)
  return level ? { level } : `"${text}" is none of ${LOG_LEVELS.join(', ')}`
}

/** A token that is there but empty is a secret that went missing, never a wish for an open API. */
function readAdminToken(file: string | undefined, env: Environment): { token: string | undefined } | string {
  if (file === undefined && env.VICINITY_ADMIN_TOKEN === undefined) return { token: undefined }
  let token = env.VICINITY_ADMIN_TOKEN ?? ''
  if (file !== undefined) {
    try {
      token = readFileSync(file, 'utf8').trim()
    } catch (error) {
      return `cannot read --admin-token-file: ${(error as Error).message}`
    }
  }
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token))
    return `${file ?? 'VICINITY_ADMIN_TOKEN'} must hold a token of letters, digits and - . _ ~ + /, not ${token === '' ? 'nothing' : 'anything else'}`
  return { token }
}
