export interface Options {
  readonly seed: number
  /** No storm begins after that; there is one at least. */
  readonly minutes: number
  /** Simulated ones. */
  readonly proxies: number
  /** Real ones. */
  readonly envoys: number
  /** Requests a second through each of them. */
  readonly rate: number
  /** How `vicinity` is run: the arguments of node before `serve`. */
  readonly program: readonly string[]
  /** Milliseconds of the shortest and of the longest storm. */
  readonly storms: readonly [number, number]
  /** Harm done on purpose in the first quiet phase, to see that it is found; is given the URL of the database. */
  readonly sabotage?: (database: string) => Promise<void>
}
