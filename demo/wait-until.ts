import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Asks again until the answer is not undefined, false or null; for outside programs that cannot call us back. The
 * error after `timeout` milliseconds names `what` was waited for.
 */
export async function waitUntil<T>(
  what: string,
  ask: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  { timeout = 10_000, every = 10 }: { timeout?: number; every?: number } = {},
): Promise<T> {
  const deadline = performance.now() + timeout
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false && answer !== null) return answer
    if (performance.now() > deadline) throw new Error(`waited ${timeout} ms in vain: ${what}`)
    await sleep(every)
  }
}
