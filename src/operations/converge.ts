import type { Convergence, Proxies } from '../model/proxies.ts'
import { within } from '../within.ts'
import type { Replica } from './replica.ts'

/** The longest that a write waits for its proxies, in seconds. */
export const LONGEST_WAIT = 60

/**
 * Runs `write`, then waits until every proxy that its revision concerns has answered, or `seconds` are over.
 * The watch begins before the write: a proxy may answer before the write's promise has resolved.
 */
export async function converge<T>(
  collaborators: { readonly proxies: Pick<Proxies, 'watch'>; readonly replica: Replica },
  seconds: number,
  write: () => Promise<T>,
  /** The revision to wait for; null when nothing was written. */
  revisionOf: (result: T) => number | null,
): Promise<{ result: T; convergence: Convergence | undefined }> {
  const watch = collaborators.proxies.watch()
  try {
    const result = await write()
    const revision = revisionOf(result)
    if (revision === null) return { result, convergence: undefined }
    const start = performance.now()
    let isLost = false
    const reached = collaborators.replica.reached(revision).then(isThere => {
      isLost = !isThere
    })
    await within(seconds * 1000, reached)
    // What was lost will come to no proxy: all are pending, and nothing is left to wait for.
    const left = isLost ? 0 : Math.max(0, seconds * 1000 - (performance.now() - start))
    return { result, convergence: await watch.wait(revision, left) }
  } finally {
    watch.close()
  }
}
