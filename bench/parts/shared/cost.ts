import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What an action in this process took; the processor's time is that of all threads, the garbage collector's too. */
export interface Cost<T> {
  readonly value: T
  readonly ms: number
  readonly cpuMs: number
}

export function costOf<T>(action: () => T): Cost<T> {
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  const value = action()
  const ms = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  return { value, ms, cpuMs: (user + system) / 1_000 }
}

/** Twice: the memory of buffers that the first finds is given back beside it, and counted by the second. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
}

/** What cannot be collected, and what the process has of the machine, in bytes. */
export function memoryHeld(): { held: number; rss: number } {
  collectGarbage()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { held: heapUsed + external, rss }
}
