/** Flags with which an Envoy logs each change of a cluster's hosts on the thread where it happens. */
export const LOGS_MEMBERSHIP = [
  '--component-log-level',
  'upstream:debug',
  '--log-format',
  '%E.%f %t %v',
] as const

const GIVE_UP = 10_000

/** Milliseconds of `performance.now()` at which a change was seen. */
export interface Seen {
  /** The main thread counted it: `membership_change` in the statistics. */
  readonly main: number
  /** A worker has it: from now on requests go to the new hosts. */
  readonly worker: number
}

interface Expected {
  readonly cluster: string
  main?: { readonly thread: string; readonly at: number }
  resolve(seen: Seen): void
}

/**
 * When the threads of one Envoy had a change, by its log. To ask its admin interface again and again takes the main
 * thread for itself (with 1,000 clusters for 20 ms each time), and that would be what is measured.
 */
export class MembershipLog {
  #rest = ''
  #expected: Expected | undefined

  /** What the Envoy logs, in pieces as they come. */
  readonly read = (text: string): void => {
    const at = performance.now()
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() as string
    if (this.#expected) for (const line of lines) this.#readLine(line, at)
  }

  /** The next change of this cluster; one at a time. */
  next(cluster: string): Promise<Seen> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`Envoy logged no change of ${cluster} in ${GIVE_UP} ms`)),
        GIVE_UP,
      )
      this.#expected = {
        cluster,
        resolve: seen => {
          clearTimeout(late)
          this.#expected = undefined
          resolve(seen)
        },
      }
    })
  }

  #readLine(line: string, at: number): void {
    const expected = this.#expected
    const [, thread, text] = /^\S+ (\d+) (.*)$/.exec(line) ?? []
    if (!expected || thread === undefined || !text?.includes(` ${expected.cluster} `)) return
    if (text.startsWith('EDS hosts or locality weights changed')) {
      expected.main ??= { thread, at }
    } else if (text.startsWith('batch membership update') && expected.main?.thread !== thread) {
      if (expected.main) expected.resolve({ main: expected.main.at, worker: at })
    }
  }
}
