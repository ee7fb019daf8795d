import { isObject } from '../model/json.ts'
import { pointer } from '../model/problem.ts'
import type { Findings } from './findings.ts'

/** The place of an object in the one that holds it, as a field or an item of one. */
interface Inside {
  readonly holder: Fields
  readonly field: string
  readonly index: number | undefined
}

/**
 * One JSON object of the document, read field by field. null is an absent field, as to every decoder of Kubernetes. A
 * field of the wrong type is refused with its place and reads as absent. Pointers are made when somebody needs one.
 */
export class Fields {
  readonly value: Readonly<Record<string, unknown>>
  readonly #findings: Findings
  readonly #place: string | Inside

  /** The object stands at a JSON pointer of the document, or inside of another. */
  constructor(findings: Findings, value: Readonly<Record<string, unknown>>, place: string | Inside) {
    this.value = value
    this.#findings = findings
    this.#place = place
  }

  get pointer(): string {
    if (typeof this.#place === 'string') return this.#place
    const { holder, field, index } = this.#place
    return index === undefined ? holder.at(field) : holder.at(field, index)
  }

  has(field: string): boolean {
    return this.get(field) !== undefined
  }

  /** The value as it is, whatever its type. */
  get(field: string): unknown {
    return this.value[field] ?? undefined
  }

  text(field: string): string | undefined {
    const value = this.get(field)
    if (value === undefined || typeof value === 'string') return value
    return this.#wrong(field, 'a string')
  }

  flag(field: string): boolean | undefined {
    const value = this.get(field)
    if (value === undefined || typeof value === 'boolean') return value
    return this.#wrong(field, 'true or false')
  }

  number(field: string): number | undefined {
    const value = this.get(field)
    if (value === undefined || typeof value === 'number') return value
    return this.#wrong(field, 'a number')
  }

  object(field: string): Fields | undefined {
    const value = this.get(field)
    if (value === undefined) return undefined
    if (!isObject(value)) return this.#wrong(field, 'an object')
    return new Fields(this.#findings, value, { holder: this, field, index: undefined })
  }

  /** The items of a list of objects; an absent list has none. */
  objects(field: string): Fields[] {
    const objects: Fields[] = []
    const items = this.#items(field)
    for (let index = 0; index < items.length; index++) {
      const item = items[index]
      if (isObject(item)) objects.push(new Fields(this.#findings, item, { holder: this, field, index }))
      else this.#findings.refuse(this.at(field, index), 'must be an object')
    }
    return objects
  }

  texts(field: string): string[] {
    return this.#items(field).flatMap((item, index) => {
      if (typeof item === 'string') return [item]
      this.#findings.refuse(this.at(field, index), 'must be a string')
      return []
    })
  }

  /** A map of texts (labels, annotations); one that is absent is empty. */
  textMap(field: string): Record<string, string> {
    const map = this.object(field)
    if (map === undefined) return {}
    const entries = Object.keys(map.value).map(key => [key, map.text(key)] as const)
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Record<string, string>
  }

  at(...steps: (string | number)[]): string {
    return this.pointer + pointer(steps)
  }

  refuse(field: string, detail: string): void {
    this.#findings.refuse(this.at(field), detail)
  }

  warn(field: string, detail: string): void {
    this.#findings.warn(this.at(field), detail)
  }

  /** A warning for each field that is none of the known ones: the API server prunes it. */
  warnOfUnknown(known: readonly string[]): void {
    for (const field of Object.keys(this.value)) {
      if (this.has(field) && !known.includes(field)) this.warn(field, 'left out: is not a known field')
    }
  }

  /** A warning at a JSON pointer from here. */
  warnAt(pointer: string, detail: string): void {
    this.#findings.warn(this.pointer + pointer, detail)
  }

  /** A warning about the object as a whole. */
  warnOfObject(detail: string): void {
    this.#findings.warn(this.pointer, detail)
  }

  #items(field: string): unknown[] {
    const value = this.get(field)
    if (value === undefined || Array.isArray(value)) return value ?? []
    return this.#wrong(field, 'a list') ?? []
  }

  #wrong(field: string, noun: string): undefined {
    this.#findings.refuse(this.at(field), `must be ${noun}`)
    return undefined
  }
}
