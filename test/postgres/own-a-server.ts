import postgres from 'postgres'
import { startPostgres } from '../support/postgres.ts'

/** A process that has a PostgreSQL server, to be killed: `own-a-server.ts running|paused`. Says which once it is so. */
const server = await startPostgres()
const sql = postgres(server.url, { max: 1 })
const [row] = await sql`select current_setting('data_directory') as data`
const backend = (await sql`select pg_backend_pid() as pid`)[0]?.pid
if (process.argv[2] === 'paused') await server.pause()
console.log(JSON.stringify({ pid: backend, folder: row?.data }))
