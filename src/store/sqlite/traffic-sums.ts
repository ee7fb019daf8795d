import type { Database } from 'better-sqlite3'
import type { Span } from '../traffic/rows.ts'
import type { ServiceSum, StepSum, TrafficQuery, TrafficSums } from '../traffic/traffic.ts'

interface StoredSpan {
  readonly span: Span
  readonly start: number
}

type Row = readonly [service: string, from: string, to: string, requests: number, errors: number]

/** What there is within a query's time: the next is looked for where the last one began, and no row is read for it. */
export function* spansIn(db: Database, { from, to }: TrafficQuery): Iterable<StoredSpan> {
  const next = db
    .prepare('select start from traffic where span = ? and start >= ? and start < ? order by start limit 1')
    .pluck()
  for (const span of ['hour', 'minute'] as const) {
    for (let start = from; ; start += 1) {
      const found = next.get(span, start, to) as number | undefined
      if (found === undefined) break
      start = found
      yield { span, start }
    }
  }
}

/** Sums one span after the other. */
export class TrafficReader {
  readonly #query: TrafficQuery
  readonly #rows: (span: StoredSpan) => Iterable<Row>
  readonly #steps = new Map<number, Matrix>()
  readonly #services = new Map<string, Matrix>()

  constructor(db: Database, query: TrafficQuery) {
    this.#query = query
    const select =
      'select service, from_zone, to_zone, requests, errors from traffic where span = ? and start = ?'
    const all = db.prepare<unknown[], Row>(select).raw()
    const one = db.prepare<unknown[], Row>(`${select} and service = ?`).raw()
    const { services } = query
    this.#rows = ({ span, start }) =>
      services === undefined
        ? all.all(span, start)
        : services.flatMap(service => one.all(span, start, service))
  }

  /** Rows come in the order of services, each of which is looked for once. */
  add(stored: StoredSpan): void {
    const at = Math.floor(stored.start / this.#query.step) * this.#query.step
    let known: string | undefined
    let ofService = new Matrix()
    let ofStep: Matrix | undefined
    for (const [service, from, to, requests, errors] of this.#rows(stored)) {
      if (service !== known) ofService = matrixIn(this.#services, service)
      known = service
      ofService.add(from, to, requests, errors)
      ofStep ??= matrixIn(this.#steps, at)
      ofStep.add(from, to, requests, errors)
    }
  }

  sums(): TrafficSums {
    const steps: StepSum[] = []
    for (const [at, matrix] of this.#steps) for (const pair of matrix.pairs()) steps.push({ at, ...pair })
    const services: ServiceSum[] = []
    for (const [service, matrix] of this.#services)
      for (const pair of matrix.pairs()) services.push({ service, ...pair })
    return { steps, services }
  }
}

function matrixIn<K>(matrices: Map<K, Matrix>, key: K): Matrix {
  const known = matrices.get(key)
  if (known !== undefined) return known
  const matrix = new Matrix()
  matrices.set(key, matrix)
  return matrix
}

interface Pair {
  readonly from: string
  readonly to: string
  requests: number
  errors: number
}

/** Sums by pair of zones. */
class Matrix {
  readonly #from = new Map<string, Map<string, Pair>>()

  add(from: string, to: string, requests: number, errors: number): void {
    let row = this.#from.get(from)
    if (row === undefined) {
      row = new Map()
      this.#from.set(from, row)
    }
    const pair = row.get(to)
    if (pair === undefined) {
      row.set(to, { from, to, requests, errors })
      return
    }
    pair.requests += requests
    pair.errors += errors
  }

  pairs(): Pair[] {
    return [...this.#from.values()].flatMap(row => [...row.values()])
  }
}
