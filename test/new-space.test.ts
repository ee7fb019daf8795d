import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const PROGRAM = `
  import { once } from 'node:events'
  import { getHeapSpaceStatistics } from 'node:v8'
  import { boundNewSpace } from './new-space.mjs'
  import { spawnWorker } from './spawn-worker.mjs'
  boundNewSpace()
  await once(spawnWorker(import.meta.url, './worker'), 'exit')
  const kept = []
  for (let made = 0; made < 1e6; made++) kept.push({ made, list: [made] })
  const { space_size } = getHeapSpaceStatistics().find(one => one.space_name === 'new_space')
  console.log(kept.length && space_size / 2 ** 20)
`

/** Built, for tsx has threads of its own. */
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vicinity-new-space-'))
  await build({
    entryPoints: ['new-space', 'spawn-worker'].map(name => join(import.meta.dirname, `../src/${name}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
  })
  await writeFile(join(folder, 'worker.js'), '')
  await writeFile(join(folder, 'program.mjs'), PROGRAM)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** MiB for what is new, of a program that started a thread and then kept a million objects. */
async function newSpaceOf(...flags: string[]): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, join(folder, 'program.mjs')])
  return Number(stdout)
}

describe('what a server has for what is new', () => {
  test('is half of what V8 takes, also when threads were started', async () => {
    expect(await newSpaceOf()).toBe(16)
  })

  test('is as large as whoever started it says', async () => {
    expect(await newSpaceOf('--max-semi-space-size=2')).toBe(4)
  })
})
