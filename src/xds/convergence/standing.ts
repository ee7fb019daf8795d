import { type Laggard, NAMED_LAGGARDS, type Standing } from '../../model/proxies.ts'
import type { Editions } from './editions.ts'
import type { Round, RoundStream } from './round.ts'

/** Longest text of a NACK that is passed on, in characters. */
const TOLD_TEXT = 1024

/** What is told of rounds and of streams; `since` is the edition of the last round that was dropped. */
export function standingOf(
  editions: Editions,
  since: number,
  rounds: readonly Round[],
  streams: Iterable<RoundStream>,
): Standing {
  // Editions from before the database went back showed revisions whose numbers now mean something else.
  const isNow = (edition: number) => editions.of(editions.revisionOf(edition)) === edition
  const { current, revision } = editions
  const laggards = new Laggards(editions)
  let converged = revision
  for (const stream of streams) {
    if (stream.settled >= current) continue
    converged = Math.min(converged, isNow(stream.settled) ? editions.revisionOf(stream.settled) : 0)
    laggards.of(stream.id, stream.node, stream.settled)
  }
  const told = rounds.filter(({ edition }) => isNow(edition))
  return {
    revision,
    converged,
    since: isNow(since) ? editions.revisionOf(since) : 0,
    rounds: told.map(round => {
      const number = editions.revisionOf(round.edition)
      for (const { id, node, settled } of round.waiting) laggards.of(id, node, settled)?.pending.push(number)
      for (const { proxy, node, typeUrl, detail } of round.rejections)
        laggards
          .of(proxy, node, current)
          ?.nacked.push({ revision: number, typeUrl, detail: detail.slice(0, TOLD_TEXT) })
      return { revision: number, ...round.counts }
    }),
    laggards: laggards.all,
  }
}

interface OpenLaggard extends Laggard {
  readonly pending: number[]
  readonly nacked: Laggard['nacked'][number][]
}

/** No more of them than are told. */
class Laggards {
  readonly #editions: Editions
  readonly #all = new Map<string, OpenLaggard>()

  constructor(editions: Editions) {
    this.#editions = editions
  }

  get all(): Laggard[] {
    return [...this.#all.values()]
  }

  of(proxy: string, node: string, settled: number): OpenLaggard | undefined {
    const known = this.#all.get(proxy)
    if (known !== undefined || this.#all.size >= NAMED_LAGGARDS) return known
    const one = { proxy, node, settled: this.#editions.revisionOf(settled), pending: [], nacked: [] }
    this.#all.set(proxy, one)
    return one
  }
}
