import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { rounded } from '../../demo/latency.ts'
import { memoryOf } from './process-memory.ts'

/** The built program, as a user runs it. */
const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
  /** Resident memory at its highest, as far as it was seen. */
  readonly peakMiB: number
}

/** Runs a command of `vicinity` against the server at HOST:PORT. */
export async function runVicinity(rest: string, args: readonly string[], input = ''): Promise<Ran> {
  const began = performance.now()
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env.PATH, VICINITY_SERVER: `http://${rest}` },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let peakMiB = 0
  const watch = setInterval(async () => {
    const memory = await memoryOf(child.pid ?? 0).catch(() => undefined)
    if (memory?.peakMiB) peakMiB = memory.peakMiB
  }, 20)
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  clearInterval(watch)
  return { code, stdout, stderr, ms: rounded(performance.now() - began), peakMiB }
}
