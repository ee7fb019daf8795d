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

export async function thisMachine(): Promise<Machine> {
  const go = await promisify(execFile)('go', ['env', 'GOVERSION']).catch(() => ({ stdout: 'none' }))
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
