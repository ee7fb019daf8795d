import { possibleClasses } from '../../locality/viewpoint-class.ts'
import type { Viewpoint } from '../../model/viewpoint.ts'

/** Called with the viewpoint of a stream that came (1) or went (-1). */
export type CensusListener = (viewpoint: Viewpoint, change: 1 | -1) => void

/** Equal for viewpoints from which the same is seen. */
export function viewpointKey({ region, zone, subZone, node, source, network }: Viewpoint): string {
  return JSON.stringify([region, zone, subZone, node, source, network])
}

/** Counts the streams at each viewpoint, to know which classes of viewpoints nobody stands in any more. */
export class ViewpointCensus {
  readonly #listeners = new Set<CensusListener>()
  readonly #present = new Map<string, { readonly viewpoint: Viewpoint; streams: number }>()
  readonly #departed = new Map<string, Viewpoint>()

  /** A stream that counts is there. Returns what says that it is not any more. */
  count(viewpoint: Viewpoint): () => void {
    this.#tell(viewpoint, 1)
    return () => this.#tell(viewpoint, -1)
  }

  /** Somebody looks from there. Returns what says that nobody does for this one any more. */
  stand(viewpoint: Viewpoint): () => void {
    const key = viewpointKey(viewpoint)
    const place = this.#present.get(key) ?? { viewpoint, streams: 0 }
    place.streams += 1
    this.#present.set(key, place)
    this.#departed.delete(key)
    return () => {
      place.streams -= 1
      if (place.streams > 0) return
      this.#present.delete(key)
      this.#departed.set(key, viewpoint)
    }
  }

  /** Hears of every counted stream from now on. Returns its unsubscribe. */
  subscribe(listener: CensusListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #tell(viewpoint: Viewpoint, change: 1 | -1): void {
    for (const listener of this.#listeners) listener(viewpoint, change)
  }

  /** Viewpoints that were left since `takeEmptyClasses`. */
  get departed(): number {
    return this.#departed.size
  }

  /** Classes that only departed viewpoints can have stood in. `locate` fills in regions as assignments do. */
  takeEmptyClasses(locate: (viewpoint: Viewpoint) => Viewpoint): string[] {
    const left = [...this.#departed.values()].flatMap(one => possibleClasses(locate(one)))
    this.#departed.clear()
    if (left.length === 0) return []
    const present = new Set(
      [...this.#present.values()].flatMap(one => possibleClasses(locate(one.viewpoint))),
    )
    return left.filter(one => !present.has(one))
  }
}
