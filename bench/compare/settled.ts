import { setTimeout as sleep } from 'node:timers/promises'
import { cpuSecondsOf } from '../acceptance/process-cpu.ts'

const QUIET = 250
const LONGEST = 30_000
/** CPU seconds in a quiet period that are no work: one tick of the clock that counts them. */
const IDLE = 0.0101

/** Resolves when the process has used next to no CPU time for a quarter of a second. */
export async function settled(pid: number): Promise<void> {
  const deadline = performance.now() + LONGEST
  let last = await cpuSecondsOf(pid)
  while (performance.now() < deadline) {
    await sleep(QUIET)
    const now = await cpuSecondsOf(pid)
    if (now - last <= IDLE) return
    last = now
  }
}

/** What the action resolves to, and the CPU seconds of the process from before it until the process is idle again. */
export async function withCpuOf<T>(
  pid: number,
  action: () => Promise<T>,
): Promise<{ value: T; cpuSeconds: number }> {
  const before = await cpuSecondsOf(pid)
  const value = await action()
  await settled(pid)
  return { value, cpuSeconds: (await cpuSecondsOf(pid)) - before }
}
