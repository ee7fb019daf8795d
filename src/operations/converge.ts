import type { Convergence, ConvergenceWatch, Proxies } from '../model/proxies.ts'
import { REVISION, traced } from '../traced.ts'
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
    const convergence = await traced('converge', { attributes: { [REVISION]: revision } }, async span => {
      const reached = await answers(collaborators.replica, watch, revision, seconds * 1000)
      const { proxies, acked, nacked, pending } = reached
      span.setAttributes({
        'vicinity.proxies': proxies,
        'vicinity.acked': acked,
        'vicinity.nacked': nacked.length,
        'vicinity.pending': pending.length,
      })
      return reached
    })
    return { result, convergence }
  } finally {
    watch.close()
  }
}

async function answers(
  replica: Replica,
  watch: ConvergenceWatch,
  revision: number,
  timeout: number,
): Promise<Convergence> {
  const start = performance.now()
  let isLost = false
  const reached = replica.reached(revision).then(isThere => {
    isLost = !isThere
  })
  await within(timeout, reached)
  // What was lost will come to no proxy: all are pending, and nothing is left to wait for.
  const left = isLost ? 0 : Math.max(0, timeout - (performance.now() - start))
  return watch.wait(revision, left)
}
