import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { PartResult } from './part-result.ts'

const FOLDER = fileURLToPath(new URL('./parts', import.meta.url))
/** No part takes a third of it. */
const LONGEST = 15 * 60_000

/** Runs one in a process of its own; rejects when it printed no figures. */
export async function runPart(name: string, quick: boolean): Promise<PartResult> {
  const program = spawn(process.execPath, ['--import', 'tsx', `${FOLDER}/${name}.ts`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(quick && { BENCH_QUICK: '1' }) },
    timeout: LONGEST,
  })
  const [output, [code, signal]] = await Promise.all([text(program.stdout), once(program, 'close')])
  const json = output.split('\n').findLast(line => line.startsWith('{"measured"'))
  if (json === undefined) throw new Error(`it ended with ${code ?? signal} and showed nothing`)
  const part = JSON.parse(json) as PartResult
  return { ...part, right: part.right && code === 0 }
}
