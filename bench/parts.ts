import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { PartResult } from './part-result.ts'

const FOLDER = fileURLToPath(new URL('./parts', import.meta.url))

/** The programs that measure parts of Vicinity by themselves: every file at the top of `bench/parts`. */
export async function partNames(only?: string): Promise<string[]> {
  const files = existsSync(FOLDER) ? await readdir(FOLDER) : []
  const names = files.flatMap(file => (file.endsWith('.ts') ? [file.slice(0, -'.ts'.length)] : [])).sort()
  if (only === undefined) return names
  if (!names.includes(only)) throw new Error(`there is no part ${only}, but ${names.join(', ')}`)
  return [only]
}

/** Runs one in a process of its own; undefined when it printed nothing. */
export async function runPart(name: string, quick: boolean): Promise<PartResult | undefined> {
  const program = spawn(process.execPath, ['--import', 'tsx', `${FOLDER}/${name}.ts`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(quick && { BENCH_QUICK: '1' }) },
  })
  const [output, [code]] = await Promise.all([text(program.stdout), once(program, 'close')])
  const json = output.split('\n').findLast(line => line.startsWith('{"measured"'))
  if (json === undefined) return undefined
  const part = JSON.parse(json) as PartResult
  return { ...part, right: part.right && code === 0 }
}
