import { inject, test } from 'vitest'
import { createDatabase, createSchema } from './databases.ts'
import { findPostgres, HOW_TO_GET_IT } from './find-postgres.ts'

/** Defines tests that need a real PostgreSQL. Where none is installed they are skipped, and say so. */
export async function onPostgres(define: () => void | Promise<void>): Promise<void> {
  if (await findPostgres()) return define()
  console.warn(`SKIPPED: the tests on a real PostgreSQL did not run: ${HOW_TO_GET_IT}`)
  test.skip(`SKIPPED, all that needs a real PostgreSQL: ${HOW_TO_GET_IT}`)
}

/** The URL of an empty schema on the server that all test files share: nobody may stop that one. */
export async function emptySchema(): Promise<string> {
  return createSchema(await sharedServer())
}

/** The URL of an empty database on the server that all test files share: nobody may stop that one. */
export async function freshDatabase(): Promise<string> {
  return createDatabase(await sharedServer())
}

async function sharedServer(): Promise<string> {
  const answer = await fetch(inject('postgresStarter'))
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return text
}
