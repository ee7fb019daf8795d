import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from '../postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the URL of the PostgreSQL server that all test files share, which starts when it is first asked for. */
    postgresStarter: string
  }
}

/** Starts nothing but the starter: most runs are of a few files, and need no database. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let shared: Promise<PostgresServer> | undefined
  const starter = createServer(async (_request, response) => {
    try {
      shared ??= startPostgres({ max_connections: '200' })
      response.end((await shared).url)
    } catch (error) {
      response.writeHead(500).end(`the shared PostgreSQL did not start: ${(error as Error).message}`)
    }
  })
  await once(starter.listen(0, '127.0.0.1'), 'listening')
  project.provide('postgresStarter', `http://127.0.0.1:${(starter.address() as AddressInfo).port}`)
  return async () => {
    starter.close()
    starter.closeAllConnections()
    await (await shared?.catch(() => undefined))?.close()
  }
}
