import { ClientError } from '../client/client-error.ts'

/** How a command ended, for scripts. README and `--help` say the same. */
export const EXIT = {
  ok: 0,
  /** The server cannot be reached, or something failed. */
  failed: 1,
  /** Wrong flags or arguments. */
  usage: 2,
  /** The server (or the reading of the files) refused what was given; nothing was stored. */
  refused: 3,
  /** What the command builds on is not, or no longer, there; another pusher has taken over; too many endpoints would go. */
  conflict: 4,
  /** Stored, but a proxy rejected it or has not answered in time. */
  notConverged: 5,
} as const

export const EXIT_HELP = `
Exit codes:
  0  done
  1  failed, or the server cannot be reached
  2  wrong flags or arguments
  3  refused: something is wrong with what was given; nothing was stored
  4  conflict: somebody wrote in between or has taken over, what it builds on is not there, or too much would go
  5  stored, but a proxy rejected it or has not answered in time
`

/** A command that ends otherwise than well, with what the user should read. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly exitCode: number

  constructor(exitCode: number, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandFailure) return error.exitCode
  if (!(error instanceof ClientError)) return EXIT.failed
  if (error.status === 409 || error.status === 412) return EXIT.conflict
  const refused = error.status >= 400 && error.status < 500 && error.status !== 401
  return refused ? EXIT.refused : EXIT.failed
}
