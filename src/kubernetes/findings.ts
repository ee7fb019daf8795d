import type { Problem } from '../model/problem.ts'

/** Nobody reads more, and a hostile document could hold millions. */
const MAX_FINDINGS = 1000

/** What is quoted of a document may be as long as the document. */
const MAX_DETAIL = 1000

/** What is wrong with a Kubernetes document, and what of it is left out, while it is being converted. */
export class Findings {
  readonly problems: Problem[] = []
  readonly warnings: Problem[] = []
  readonly #said = new Set<string>()
  /** Of the objects that say what they are, by their places. */
  readonly #names = new Map<string, string>()

  refuse(pointer: string, detail: string): void {
    this.#say(this.problems, pointer, detail)
  }

  warn(pointer: string, detail: string): void {
    this.#say(this.warnings, pointer, detail)
  }

  /** What is said of the object at `place`, or of a part of it, begins with its name. */
  name(place: string, name: string): void {
    this.#names.set(place, name)
  }

  /** The problem with the name of the object that it is about, where that is known. */
  named({ pointer, detail }: Problem): Problem {
    const name = this.#nameAt(pointer)
    return { pointer, detail: name === undefined ? detail : `${name}: ${detail}` }
  }

  #nameAt(pointer: string): string | undefined {
    let place = pointer
    while (place !== '' && !this.#names.has(place)) place = place.slice(0, place.lastIndexOf('/'))
    return this.#names.get(place)
  }

  /** Once, though a field may be read in several places. */
  #say(list: Problem[], pointer: string, said: string): void {
    const detail = said.length > MAX_DETAIL ? `${said.slice(0, MAX_DETAIL)}…` : said
    const text = `${pointer} ${detail}`
    if (list.length >= MAX_FINDINGS || this.#said.has(text)) return
    this.#said.add(text)
    list.push({ pointer, detail })
  }
}
