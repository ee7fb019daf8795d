import { OTHER_SERVICES, OTHER_ZONES, type TrafficCell } from '../../model/traffic.ts'

const MINUTE = 60_000

/** Some 100 bytes each: what comes beyond is told apart by zones alone, and beyond the second limit not at all. */
const MOST_CELLS = 100_000
const MOST_CELLS_OF_ZONES = 110_000

/** What was counted of one minute between two zones. */
export type TrafficCount = Omit<TrafficCell, 'minute'>

/**
 * Sums up what proxies report, by minute, until somebody stores it. However long that takes and whatever proxies make
 * up, it keeps a limited number of cells; what is beyond loses its names and never its numbers.
 */
export class TrafficTally {
  readonly #mostCells: number
  readonly #mostCellsOfZones: number
  #cells = new Map<string, { -readonly [name in keyof TrafficCell]: TrafficCell[name] }>()

  constructor(mostCells = MOST_CELLS, mostCellsOfZones = MOST_CELLS_OF_ZONES) {
    this.#mostCells = mostCells
    this.#mostCellsOfZones = mostCellsOfZones
  }

  /** `at`: milliseconds since the epoch. */
  count(count: TrafficCount, at: number): void {
    this.#add({ ...count, minute: at - (at % MINUTE) })
  }

  /** What was counted since the last call: whoever takes it stores it, or gives it back. */
  take(): TrafficCell[] {
    const taken = [...this.#cells.values()]
    this.#cells = new Map()
    return taken
  }

  /** They could not be stored: the next to take gets them too. */
  giveBack(cells: readonly TrafficCell[]): void {
    for (const cell of cells) this.#add(cell)
  }

  #add(cell: TrafficCell): void {
    if (cell.requests === 0 && cell.errors === 0) return
    const place = this.#place(cell)
    const known = this.#cells.get(keyOf(place))
    if (known === undefined) {
      this.#cells.set(keyOf(place), { ...place })
      return
    }
    known.requests += place.requests
    known.errors += place.errors
  }

  /** The cell that takes it in. */
  #place(cell: TrafficCell): TrafficCell {
    const { size } = this.#cells
    if (size < this.#mostCells || this.#cells.has(keyOf(cell))) return cell
    const ofZones = { ...cell, service: OTHER_SERVICES }
    if (size < this.#mostCellsOfZones || this.#cells.has(keyOf(ofZones))) return ofZones
    return { ...ofZones, from: OTHER_ZONES, to: OTHER_ZONES }
  }
}

/** No name has a blank in it. */
function keyOf({ minute, service, from, to }: TrafficCell): string {
  return `${minute} ${service} ${from} ${to}`
}
