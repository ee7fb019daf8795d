import { randomUUID } from 'node:crypto'
import postgres from 'postgres'

/** Creates an empty database on the server of this URL, and resolves to the URL of the database. */
export async function createDatabase(server: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await once(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/**
 * Creates an empty schema in the database of this URL, and resolves to a URL by which clients work in it: as good as a
 * database of their own, and made in a fraction of the time.
 */
export async function createSchema(database: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await once(database, `create schema ${name}`)
  const url = new URL(database)
  url.searchParams.set('search_path', name)
  return url.href
}

/** Also when somebody is connected to it. */
export async function dropDatabase(database: string): Promise<void> {
  const server = new URL(database)
  const name = server.pathname.slice(1)
  server.pathname = '/postgres'
  await once(server.href, `drop database if exists "${name}" with (force)`)
}

async function once(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}
