import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../../src/cli/run-command.ts'

/** For those who need a process of its own. */
export const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the real command in this process; nothing of this environment's settings reaches it. */
export async function runCli(
  args: readonly string[],
  input = '',
  environment: Record<string, string> = {},
): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  const code = await runCommand(args, {
    environment,
    input: Readable.from([Buffer.from(input)]),
    out: line => {
      stdout += `${line}\n`
    },
    err: line => {
      stderr += `${line}\n`
    },
    tone: (_, text) => text,
  })
  return { code, stdout, stderr }
}
