import { execFile } from 'node:child_process'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { promisify } from 'node:util'

/** Where figures were measured. */
export interface Machine {
  readonly cores: number
  readonly cpu: string
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly go: string
  /** Before anything was started: what others did on it. */
  readonly load: number
}

const run = promisify(execFile)
/** What a measurement makes itself. */
const MADE = [':!bench/results', ':!bench/README.md', ':!docs']

export async function thisMachine(): Promise<Machine> {
  const go = await run('go', ['env', 'GOVERSION']).catch(() => ({ stdout: 'none' }))
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? '',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    node: process.version,
    go: go.stdout.trim(),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  }
}

/** What is measured, `+` behind it when it was changed since; `unknown` where there is no git. */
export async function thisCommit(): Promise<string> {
  try {
    const { stdout: commit } = await run('git', ['rev-parse', '--short', 'HEAD'])
    const { stdout: changed } = await run('git', ['status', '--porcelain', '--', ':/', ...MADE])
    return `${commit.trim()}${changed === '' ? '' : '+'}`
  } catch {
    return 'unknown'
  }
}
