import type { Fields } from './fields.ts'

/**
 * From the native snapshot back to the Kubernetes document: problems and warnings about what was made of an object are
 * shown where its writer can find them.
 */

/** From a pointer inside one native item to the place in the Kubernetes document that it was made of. */
export type Origin = (pointer: string) => string

/** Native items of one list, each with where it comes from. */
export class ConvertedList {
  readonly items: object[] = []
  readonly origins: Origin[] = []

  add(item: object, origin: Origin): void {
    this.items.push(item)
    this.origins.push(origin)
  }
}

/** Places in the Kubernetes object by the native pointers that stand for them; '' is for all others. */
export type Renamed = Readonly<Record<string, string>>

/**
 * The origin of an item made of the object at `place`: `renamed` tells from native pointers to pointers in the object,
 * and what stands deeper is the same in both. The deepest that fits counts.
 */
export function originAt(place: string, renamed: Renamed): Origin {
  return pointer => {
    let end = pointer.length
    while (end > 0) {
      const target = renamed[pointer.slice(0, end)]
      if (target !== undefined) return place + target + pointer.slice(end)
      end = pointer.lastIndexOf('/', end - 1)
    }
    return place + (renamed[''] ?? '')
  }
}

/** Where something stands inside of an object that holds it: a JSON pointer from there. */
export function placeIn(object: Fields, inner: Fields): string {
  return inner.pointer.slice(object.pointer.length)
}

/** Of `/services/3/ports/0` the list, the index and what is left; undefined for the list itself. */
export function splitPointer(pointer: string): { list: string; index: number; rest: string } | undefined {
  const [, list, index, rest] = /^((?:\/[^/]*)*?)\/([0-9]+)((?:\/.*)?)$/s.exec(pointer) ?? []
  return list === undefined ? undefined : { list, index: Number(index), rest: rest ?? '' }
}
