import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findPostgres } from '../support/postgres/find-postgres.ts'

describe('the search for PostgreSQL', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vicinity-find-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  /** Programs that say their version, in a folder of this name. */
  const install = async (name: string, version: string, programs = ['initdb', 'pg_ctl', 'pg_basebackup']) => {
    const bin = join(folder, name)
    await mkdir(bin, { recursive: true })
    for (const program of ['postgres', ...programs]) {
      await writeFile(join(bin, program), `#!/bin/sh\necho "${program} (PostgreSQL) ${version}"\n`, {
        mode: 0o755,
      })
    }
    return bin
  }
  const pgConfig = async (answer: string) => {
    await mkdir(join(folder, 'client'))
    await writeFile(join(folder, 'client', 'pg_config'), `#!/bin/sh\necho "${answer}"\n`, { mode: 0o755 })
    return join(folder, 'client')
  }
  const find = (environment: NodeJS.ProcessEnv) => findPostgres(environment, join(folder, 'debian'))

  test('takes what VICINITY_TEST_POSTGRES_BIN names before all others', async () => {
    const environment = {
      VICINITY_TEST_POSTGRES_BIN: await install('named', '15.1'),
      PATH: await install('path', '16.2'),
    }
    expect(await find(environment)).toEqual({ bin: environment.VICINITY_TEST_POSTGRES_BIN, version: '15.1' })
  })

  test('complains when VICINITY_TEST_POSTGRES_BIN names none', async () => {
    const named = { VICINITY_TEST_POSTGRES_BIN: await install('named', '14.9') }
    await expect(find(named)).rejects.toThrow(/names .*named.*15 or newer/)
  })

  test('looks on the PATH, then where pg_config points, then at the newest of Debian', async () => {
    expect(await find({ PATH: '' })).toBeUndefined()
    await install('debian/9/bin', '9.6')
    await install('debian/15/bin', '15.3')
    const newest = await install('debian/17/bin', '17beta1')
    expect(await find({ PATH: '' })).toEqual({ bin: newest, version: '17beta1' })
    const configured = await install('configured', '16.1 (Debian 16.1-1)')
    const client = await pgConfig(configured)
    expect(await find({ PATH: client })).toEqual({ bin: configured, version: '16.1' })
    const path = await install('path', '15.0')
    expect(await find({ PATH: `${client}:${path}` })).toEqual({ bin: path, version: '15.0' })
  })

  test('passes by a folder that has only some of the programs', async () => {
    const whole = await install('debian/15/bin', '15.3')
    expect(await find({ PATH: await install('links', '15.3', ['initdb']) })).toEqual({
      bin: whole,
      version: '15.3',
    })
  })
})
