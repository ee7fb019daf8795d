import type { z } from 'zod'
import { type Content, type GatewayPlace, type RoutePlace, servicePortKey } from './content.ts'
import { type Entry, type EntryKey, entry, type Kind, keyText } from './entry.ts'
import { issueDetail, issueProblems } from './issue.ts'
import { sizeProblem } from './item-size.ts'
import { isObject } from './json.ts'
import { unknownField } from './later.ts'
import { type Parsed, type Path, type Problem, pointer } from './problem.ts'
import { MAX_ITEMS } from './topology.ts'

/** Nobody reads more, and a hostile body could hold millions. */
const MAX_PROBLEMS = 1000

/** Content while a document is being parsed: entries, and everything that is wrong. */
export class ContentDraft {
  readonly #entries: Entry[] = []
  readonly #pointers: string[] = []
  readonly #routes: RoutePlace[] = []
  readonly #gateways: GatewayPlace[] = []
  readonly #servicePorts = new Set<string>()
  readonly #reserved = new Map<string, string>()
  /** By zone. */
  readonly #regions = new Map<string, Set<string>>()
  readonly problems: Problem[] = []
  readonly warnings: Problem[] = []

  /** No more problems are wanted: parsing may stop. */
  get isFull(): boolean {
    return this.problems.length >= MAX_PROBLEMS
  }

  /** The value that was made of the document, or all that is wrong with it. */
  finish<T>(value: T): Parsed<T> {
    const { problems, warnings } = this
    return problems.length > 0 ? { ok: false, problems } : { ok: true, value, warnings }
  }

  content(): Content {
    return {
      entries: this.#entries,
      pointers: this.#pointers,
      routes: this.#routes,
      gateways: this.#gateways,
      servicePorts: this.#servicePorts,
    }
  }

  refuse(path: Path, detail: string): void {
    this.#push({ pointer: pointer(path), detail })
  }

  warn(path: Path, detail: string): void {
    if (this.warnings.length < MAX_PROBLEMS) this.warnings.push({ pointer: pointer(path), detail })
  }

  add(key: EntryKey, body: object, path: Path): void {
    this.#entries.push(entry(key, JSON.stringify(body)))
    this.#pointers.push(pointer(path))
  }

  declareZone({ zone, region = '' }: { zone: string; region?: string | undefined }): void {
    const regions = this.#regions.get(zone) ?? new Set()
    this.#regions.set(zone, regions.add(region))
  }

  /** In which regions the document has a zone of this name, until now. */
  regionsOf(zone: string): string[] {
    return [...(this.#regions.get(zone) ?? [])].sort()
  }

  placeRoute(place: RoutePlace): void {
    this.#routes.push(place)
  }

  placeGateway(place: GatewayPlace): void {
    this.#gateways.push(place)
  }

  bring(service: { namespace: string; name: string }, port: number): void {
    this.#servicePorts.add(servicePortKey(service, port))
  }

  /** Takes the key for the item at `path`; false, and refused, when another item has it. */
  reserve(key: EntryKey, path: Path): boolean {
    const text = keyText(key)
    const first = this.#reserved.get(text)
    if (first !== undefined) {
      this.refuse(path, `is given twice: ${first} is the same ${key.kind}`)
      return false
    }
    this.#reserved.set(text, pointer(path))
    return true
  }

  /** By the name as it is written, so that two of a name are found even where one is wrong in other ways. */
  reserveAsWritten(kind: Kind, item: unknown, path: Path): boolean {
    if (!isObject(item)) return true
    const { namespace = 'default', name } = item
    if (typeof namespace !== 'string' || typeof name !== 'string') return true
    return this.reserve({ kind, namespace, name }, path)
  }

  /** The object at `path` with only known fields; undefined, and refused, when it is none. */
  object(
    shape: string,
    value: unknown,
    fields: readonly string[],
    path: Path,
  ): Record<string, unknown> | undefined {
    if (!isObject(value)) {
      this.refuse(path, `must be an object${fields.length > 0 ? ` with ${fields.join(', ')}` : ''}`)
      return undefined
    }
    for (const field of Object.keys(value)) {
      if (!fields.includes(field)) this.refuse([...path, field], unknownField(shape, field))
      if (this.isFull) break
    }
    return value
  }

  /** Walks the list at `path` (absent: empty) until there are too many problems. */
  each(value: unknown, path: Path, visit: (item: unknown, path: Path) => void): void {
    if (value === undefined) return
    if (!Array.isArray(value)) this.refuse(path, 'must be a list')
    else if (value.length > MAX_ITEMS) this.refuse(path, `must have at most ${MAX_ITEMS} items`)
    else for (let i = 0; i < value.length && !this.isFull; i++) visit(value[i], [...path, i])
  }

  /** What the schema makes of the value; undefined, and refused, when it does not fit. */
  parse<S extends z.ZodType>(shape: string, schema: S, value: unknown, path: Path): z.output<S> | undefined {
    const excess = sizeProblem(value)
    if (excess !== undefined) {
      this.refuse([...path, ...excess.path], excess.detail)
      return undefined
    }
    const result = schema.safeParse(value, WORDS)
    if (result.success) return result.data
    // What is wrong at the root (not a number) makes other checks of the same place (not a port) fail as well.
    const said = new Set<string>()
    for (const problem of result.error.issues.flatMap(issue => issueProblems(shape, issue, path))) {
      if (!said.has(problem.pointer)) this.#push(problem)
      said.add(problem.pointer)
    }
    return undefined
  }

  #push(problem: Problem): void {
    if (!this.isFull) this.problems.push(problem)
  }
}

const WORDS = { error: issueDetail }
