import { connect as connectSocket, type Socket } from 'node:net'
import postgres from 'postgres'
import type { PostgresLocation } from '../location.ts'

export type Sql = postgres.Sql<{ int8: number }>
export type Queries = postgres.ISql<{ int8: number }>

/** Seconds until a connection that cannot be opened is given up. */
const CONNECT_TIMEOUT = 5
/** Seconds of silence after which the operating system asks whether the other end is still there. */
const KEEP_ALIVE = 10

/** The type's number in pg_type. */
const INT8 = 20

/** What the driver tells of where it wants to be connected; a list of hosts is tried in order. */
interface Hosts {
  readonly host: readonly string[]
  readonly port: readonly number[]
  /** Of a socket in the file system. */
  readonly path: string | false
}

export interface Line {
  /** Called by the driver: at first, and whenever it would connect again. */
  socket(hosts: Hosts): Socket
  onClose(): void
  onNotify(channel: string, payload: string): void
}

/** One connection, which is opened when it is first used. */
export function connect({ url, listen }: PostgresLocation, line: Line): Sql {
  const options: Parameters<typeof postgres<{ int8: postgres.PostgresType<number> }>>[1] = {
    max: 1,
    connect_timeout: CONNECT_TIMEOUT,
    keep_alive: KEEP_ALIVE,
    max_lifetime: null,
    backoff: () => 0,
    // A pooling proxy gives every transaction another connection, which knows nothing of what was prepared.
    prepare: listen,
    // Arrays are never sent, so their types need not be asked for at each connection.
    fetch_types: false,
    connection: { application_name: 'vicinity' },
    onnotice() {},
    onclose: line.onClose,
    types: {
      // Revisions and ids stay far below 2^53.
      int8: { to: INT8, from: [INT8], parse: Number, serialize: String },
    },
  }
  // The driver reads these two, and does not declare them.
  const undeclared = { socket: line.socket, onnotify: line.onNotify }
  return postgres(url, { ...options, ...undeclared })
}

/** What the driver would open by itself. It writes before the other end has answered. */
export function openSocket({ host, port, path }: Hosts, attempt: number): Socket {
  if (path) return connectSocket(path)
  const name = host[attempt] as string
  // The driver takes the name that a certificate must have from here.
  return Object.assign(connectSocket({ host: name, port: port[attempt] as number }), { host: name })
}
