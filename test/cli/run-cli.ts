import { Readable } from 'node:stream'
import { runCommand } from '../../src/cli/run-command.ts'

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
