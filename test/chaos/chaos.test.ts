import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { expect, onTestFinished, test } from 'vitest'
import type { Options } from '../../bench/chaos/options.ts'
import { runChaos } from '../../bench/chaos/run.ts'
import { Closing } from '../../demo/closing.ts'
import { builtFile } from '../support/built/built-file.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'

const TIMEOUT = 180_000

/** Few proxies, one Envoy, and storms that are over soon. */
async function run(options: Partial<Options>) {
  const closing = new Closing()
  const over = new AbortController()
  const folder = await mkdtemp(join(tmpdir(), 'vicinity-chaos-'))
  onTestFinished(async () => {
    over.abort()
    await closing.close()
    await rm(folder, { recursive: true, force: true })
  })
  return runChaos(
    {
      seed: 1,
      // There is one storm at least.
      minutes: 0,
      proxies: 6,
      envoys: 1,
      rate: 20,
      program: [builtFile('cli/main')],
      storms: [8_000, 8_000],
      ...options,
    },
    { folder, closing, signal: over.signal, tell: () => {} },
  )
}

await onPostgres(() => {
  test(
    'three replicas that are killed, paused and cut off lose nothing and end as one',
    async () => {
      const { findings, figures } = await run({ seed: 4 })
      expect(findings.kept).toEqual([])
      expect(figures.faults).toBeGreaterThan(2)
      expect(figures.acknowledged).toBeGreaterThan(5)
    },
    TIMEOUT,
  )

  test(
    'a run finds a revision that is taken out of the database, and a content that is changed in it',
    async () => {
      const { findings } = await run({
        storms: [1_500, 1_500],
        sabotage: async database => {
          const sql = postgres(database, { max: 1 })
          await sql`delete from revision where revision = 2`
          await sql`
            update entry set body = replace(body, '10.98.0.1', '10.98.0.2')
            where kind = 'Endpoints' and name = 'marker' and until is null`
          await sql.end()
        },
      })
      const kinds = new Set(findings.kept.map(({ kind }) => kind))
      expect(kinds).toContain('acknowledged push lost')
      expect(kinds).toContain('part differs from the model')
    },
    TIMEOUT,
  )
})
