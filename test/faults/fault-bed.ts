import { pino } from 'pino'
import postgres from 'postgres'
import { Closing } from '../../demo/closing.ts'
import { type Answer, request } from '../../demo/http-request.ts'
import { parseConfig } from '../../src/config.ts'
import { start } from '../../src/control-plane.ts'
import { TYPE_URLS } from '../../src/proto/type-urls.ts'
import { service, topology } from '../support/documents.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { TestClient } from '../xds/grpc-client.ts'

/** One line of a replica's log. */
export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly [field: string]: unknown
}

/** A control plane in this process, with its own database thread. */
export interface FaultyReplica {
  readonly rest: string
  readonly xds: string
  readonly log: LogLine[]
  /** Pushes a topology of one service with so many endpoints: `web`, or one that is called as its source. */
  push(endpoints: number, source?: string): Promise<Answer>
  get(path: string): Promise<Answer>
  /** How many endpoints an Envoy is told of that connects now. */
  serves(): Promise<number>
  close(): Promise<void>
}

/** A PostgreSQL server of its own with one database, and the network that leads to it. */
export interface FaultBed {
  readonly server: PostgresServer
  readonly database: string
  readonly line: TcpProxy
  /** Directly at the server. */
  ask(statement: string): Promise<postgres.RowList<postgres.Row[]>>
  /** How many connections Vicinity has to the server. */
  connections(): Promise<number>
  /** `database`: default is by the line. Rejects when `signal` ends the wait for the database. */
  replica(database?: string, signal?: AbortSignal): Promise<FaultyReplica>
  close(): Promise<void>
}

export async function openFaultBed(settings: Readonly<Record<string, string>> = {}): Promise<FaultBed> {
  const closing = new Closing()
  const server = await startPostgres(settings)
  closing.addWay(() => server.close())
  const database = await server.createDatabase()
  const line = await openTcpProxy(server)
  closing.addWay(() => line.close())
  const ask = async (statement: string) => {
    const sql = postgres(database, { max: 1, onnotice() {} })
    try {
      return await sql.unsafe(statement)
    } finally {
      await sql.end()
    }
  }
  return {
    server,
    database,
    line,
    ask,
    connections: async () => {
      const rows = await ask("select from pg_stat_activity where application_name = 'vicinity'")
      return rows.length
    },
    replica: async (to = line.through(database), signal) => {
      const replica = await startReplica(to, signal)
      closing.addWay(replica.close)
      return replica
    },
    close: () => closing.close(),
  }
}

/** `log`: what it says is added to it. */
export async function startReplica(
  database: string,
  signal?: AbortSignal,
  log: LogLine[] = [],
): Promise<FaultyReplica> {
  const flags = { database, rest: '127.0.0.1:0', xds: '127.0.0.1:0' }
  const parsed = parseConfig(flags, {})
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  const write = (line: string) => void log.push(JSON.parse(line) as LogLine)
  const plane = await start(parsed.config, pino({ level: 'info' }, { write }), { ...(signal && { signal }) })
  const call = (method: string, path: string, body?: string) =>
    request(plane.rest, {
      method,
      path,
      timeout: 60_000,
      ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    })
  return {
    ...plane,
    log,
    push: (endpoints, source = 'east') => {
      const list = Array.from({ length: endpoints }, (_, at) => ({ name: `web-${at}`, port: 9_000 + at }))
      const document = topology(service(source === 'east' ? 'web' : source, list))
      return call('PUT', `/v1/sources/${source}/topology`, JSON.stringify(document))
    },
    get: path => call('GET', path),
    serves: () => served(plane.xds),
  }
}

interface Assignment {
  readonly endpoints?: readonly { readonly lbEndpoints?: readonly unknown[] }[]
}

async function served(xds: string): Promise<number> {
  const client = new TestClient(xds)
  try {
    const stream = client.stream()
    stream.begin(TYPE_URLS.endpoints, { resourceNamesSubscribe: ['default/web/3000'] })
    const [first] = (await stream.next()).resources ?? []
    const { endpoints = [] } = (first?.resource ?? {}) as Assignment
    return endpoints.reduce((sum, { lbEndpoints = [] }) => sum + lbEndpoints.length, 0)
  } finally {
    client.close()
  }
}
