import type { Convergence, Standing } from '../model/proxies.ts'

const NOBODY: Convergence = { proxies: 0, acked: 0, nacked: [], pending: [] }

/** How far the proxies of one other replica are with a revision. */
export interface Account {
  readonly convergence: Convergence
  /** All have answered. */
  readonly isDone: boolean
}

/**
 * What another replica's standing says of a revision; undefined where it does not show it yet, and so may have anybody
 * who is concerned. `before` is what it said last.
 *
 * A standing has its last rounds, so that the numbers are those of just the proxies that the revision concerns. Where the
 * round was dropped meanwhile (64 later ones came), those who were pending have answered when all have; and of what stood
 * before anybody watched, only who has not answered it yet is of interest.
 */
export function accountOf(
  standing: Standing,
  revision: number,
  isNew: boolean,
  before: Account | undefined,
): Account | undefined {
  if (standing.revision < revision) return undefined
  const round = isNew && standing.since < revision ? roundOf(standing, revision) : undefined
  if (round !== undefined) return round
  const isDone = standing.converged >= revision
  if (before !== undefined) {
    const { proxies, acked, nacked, pending } = before.convergence
    const answered = proxies - new Set(nacked.map(one => one.proxy)).size
    return isDone
      ? { isDone, convergence: { proxies, acked: answered, nacked, pending: [] } }
      : { isDone, convergence: { proxies, acked, nacked, pending } }
  }
  if (isDone) return { isDone, convergence: NOBODY }
  const pending = standing.laggards.filter(one => one.settled < revision).map(named)
  return { isDone, convergence: { ...NOBODY, proxies: pending.length, pending } }
}

/** Of several replicas together. */
export function sumOf(parts: readonly Convergence[]): Convergence {
  return {
    proxies: parts.reduce((sum, one) => sum + one.proxies, 0),
    acked: parts.reduce((sum, one) => sum + one.acked, 0),
    nacked: parts.flatMap(one => one.nacked),
    pending: parts.flatMap(one => one.pending),
  }
}

function roundOf({ rounds, laggards }: Standing, revision: number): Account | undefined {
  const round = rounds.find(one => one.revision >= revision)
  if (round === undefined) return undefined
  const nacked = laggards.flatMap(laggard =>
    laggard.nacked
      .filter(one => one.revision === round.revision)
      .map(({ typeUrl, detail }) => ({ ...named(laggard), typeUrl, detail })),
  )
  return {
    isDone: round.pending === 0,
    convergence: {
      proxies: round.acked + round.nacked + round.pending,
      acked: round.acked,
      nacked,
      pending: laggards.filter(({ pending }) => pending.includes(round.revision)).map(named),
    },
  }
}

function named({ proxy, node }: { readonly proxy: string; readonly node: string }) {
  return { proxy, node }
}
