import { type JsonLimits, MAX_DEPTH, MAX_VALUES, OWN_LIMITS } from './json-limits.ts'
import { failedAt, isDigit, numberEnd, stringEnd } from './json-token.ts'
import { type Problem, pointer } from './problem.ts'

/**
 * One pass over the bytes of a JSON text before `JSON.parse` sees them. It keeps no values and does not recurse, so
 * that nothing a pusher sends can overflow a stack, and it refuses what JSON.parse takes in silence: nesting beyond
 * MAX_DEPTH, a field given twice (the last one would win), `__proto__`.
 */

const MAX_PROBLEMS = 100

const QUOTE = 0x22
const BACKSLASH = 0x5c
const MINUS = 0x2d
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const PROTO = Buffer.from('__proto__')

/** Everything that makes the bytes (valid UTF-8) unfit for JSON.parse; [] when they are fit. */
export function scanJson(bytes: Buffer, limits: JsonLimits = OWN_LIMITS): Problem[] {
  return new JsonScan(bytes, limits).run()
}

/** Where the keys of all open objects stand, innermost last. */
interface Keys {
  readonly hash: Int32Array
  readonly start: Int32Array
  readonly end: Int32Array
}

/** One for each set of limits: a scan is over before the next one begins, and clearing it would take longer than most scans. */
const keysOf = new WeakMap<JsonLimits, Keys>()

function keysWithin(limits: JsonLimits): Keys {
  const known = keysOf.get(limits)
  if (known !== undefined) return known
  const length = (MAX_DEPTH + 1) * limits.fields
  const keys = { hash: new Int32Array(length), start: new Int32Array(length), end: new Int32Array(length) }
  keysOf.set(limits, keys)
  return keys
}

class JsonScan {
  readonly #bytes: Buffer
  readonly #limits: JsonLimits
  readonly #problems: Problem[] = []
  #offset = 0
  #depth = 0
  #values = 0
  /** Of each open container: 1 for an object, the index of the current item, where its current key stands. */
  readonly #isObject = new Uint8Array(MAX_DEPTH + 1)
  readonly #index = new Int32Array(MAX_DEPTH + 1)
  /** Where the keys of an open object begin. */
  readonly #firstKey = new Int32Array(MAX_DEPTH + 2)
  readonly #keyHash: Int32Array
  readonly #keyStart: Int32Array
  readonly #keyEnd: Int32Array
  #keys = 0

  constructor(bytes: Buffer, limits: JsonLimits) {
    this.#bytes = bytes
    this.#limits = limits
    const { hash, start, end } = keysWithin(limits)
    this.#keyHash = hash
    this.#keyStart = start
    this.#keyEnd = end
  }

  run(): Problem[] {
    const failure = this.#document()
    if (failure !== undefined) this.#problems.push(failure)
    return this.#problems
  }

  #document(): Problem | undefined {
    for (;;) {
      const failure = this.#value() ?? this.#afterValue()
      if (failure !== undefined) return failure
      if (this.#depth === 0) break
      if (this.#problems.length >= MAX_PROBLEMS) return undefined
    }
    this.#skipSpace()
    return this.#offset < this.#bytes.length ? this.#unexpected('the end of the document') : undefined
  }

  /** Reads a value; of a container only what stands before its first item's value. */
  #value(): Problem | undefined {
    for (;;) {
      this.#skipSpace()
      this.#values++
      if (this.#values > MAX_VALUES) return { pointer: '', detail: `has more than ${MAX_VALUES} values` }
      const first = this.#bytes[this.#offset]
      if (first === OPEN_BRACE || first === OPEN_BRACKET) {
        const opened = this.#open(first === OPEN_BRACE)
        if (opened !== 'filled') return opened
        continue
      }
      if (first === QUOTE) return this.#take(stringEnd(this.#bytes, this.#offset), 'a string')
      if (first === MINUS || isDigit(first)) {
        return this.#take(numberEnd(this.#bytes, this.#offset), 'a number')
      }
      return this.#literal(first)
    }
  }

  /** 'filled' when the container has a first value, which stands next; undefined when it was empty. */
  #open(isObject: boolean): Problem | 'filled' | undefined {
    if (this.#depth === MAX_DEPTH) {
      return { pointer: this.#pointer(), detail: `is nested deeper than ${MAX_DEPTH} levels` }
    }
    this.#offset++
    this.#depth++
    this.#isObject[this.#depth] = isObject ? 1 : 0
    this.#index[this.#depth] = 0
    this.#firstKey[this.#depth] = this.#keys
    this.#skipSpace()
    if (this.#bytes[this.#offset] === (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
      this.#close()
      return undefined
    }
    return (isObject ? this.#key() : undefined) ?? 'filled'
  }

  #close(): void {
    this.#keys = this.#firstKey[this.#depth] as number
    this.#depth--
    this.#offset++
  }

  /** Reads on from the end of a value to the begin of the next one, or to the end of the outermost. */
  #afterValue(): Problem | undefined {
    while (this.#depth > 0) {
      this.#skipSpace()
      const isObject = this.#isObject[this.#depth] === 1
      const next = this.#bytes[this.#offset]
      if (next === COMMA) {
        this.#offset++
        if (isObject) return this.#key()
        this.#index[this.#depth] = (this.#index[this.#depth] as number) + 1
        return undefined
      }
      if (next !== (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
        return this.#unexpected(isObject ? '"," or "}"' : '"," or "]"')
      }
      this.#close()
    }
    return undefined
  }

  #key(): Problem | undefined {
    this.#skipSpace()
    const start = this.#offset
    if (this.#bytes[start] !== QUOTE) return this.#unexpected('a field name in double quotes')
    const failure = this.#take(stringEnd(this.#bytes, start), 'a field name')
    if (failure !== undefined) return failure
    const known = this.#rememberKey(start + 1, this.#offset - 1)
    if (known !== undefined) return known
    this.#skipSpace()
    if (this.#bytes[this.#offset] !== COLON) return this.#unexpected('":"')
    this.#offset++
    return undefined
  }

  #rememberKey(start: number, end: number): Problem | undefined {
    const firstKey = this.#firstKey[this.#depth] as number
    const { fields, nameBytes } = this.#limits
    if (this.#keys - firstKey >= fields) {
      return { pointer: this.#pointer(this.#depth - 1), detail: `has more than ${fields} fields` }
    }
    if (end - start > nameBytes) {
      const detail = `has a field with a name of more than ${nameBytes} bytes`
      return { pointer: this.#pointer(this.#depth - 1), detail }
    }
    const hash = hashOf(this.#bytes, start, end)
    const twice = this.#hasKey(firstKey, hash, start, end)
    this.#keyHash[this.#keys] = hash
    this.#keyStart[this.#keys] = start
    this.#keyEnd[this.#keys] = end
    this.#keys++
    if (twice) this.#refuse('is given twice in one object')
    this.#judgeName(this.#bytes.subarray(start, end))
    return undefined
  }

  #judgeName(name: Buffer): void {
    const isEscaped = name.includes(BACKSLASH)
    // No field of ours needs an escape, and with escapes one name has many spellings.
    if (isEscaped && !this.#limits.escapedNames) this.#refuse('is not a field: its name is escaped')
    else if (isEscaped ? unescaped(name) === '__proto__' : name[0] === PROTO[0] && name.equals(PROTO))
      this.#refuse('is not a field')
  }

  #hasKey(firstKey: number, hash: number, start: number, end: number): boolean {
    for (let key = firstKey; key < this.#keys; key++) {
      if (this.#keyHash[key] !== hash) continue
      const other = this.#bytes.subarray(this.#keyStart[key], this.#keyEnd[key])
      if (other.equals(this.#bytes.subarray(start, end))) return true
    }
    return false
  }

  #refuse(detail: string): void {
    this.#problems.push({ pointer: this.#pointer(), detail })
  }

  #literal(first: number | undefined): Problem | undefined {
    const word = first === 0x74 ? 'true' : first === 0x66 ? 'false' : first === 0x6e ? 'null' : undefined
    if (word === undefined) return this.#unexpected('a value')
    if (this.#bytes.toString('latin1', this.#offset, this.#offset + word.length) !== word) {
      return this.#unexpected(`a value such as ${word}`)
    }
    this.#offset += word.length
    return undefined
  }

  /** Moves to `end`, or fails at the place that a negative one stands for (see `failedAt`). */
  #take(end: number, what: string): Problem | undefined {
    this.#offset = end < 0 ? failedAt(end) : end
    return end < 0 ? this.#unexpected(`the rest of ${what}`) : undefined
  }

  #skipSpace(): void {
    const bytes = this.#bytes
    for (;;) {
      const byte = bytes[this.#offset]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
      this.#offset++
    }
  }

  #unexpected(wanted: string): Problem {
    const at = position(this.#bytes, this.#offset)
    const rest = this.#bytes.toString('utf8', this.#offset, this.#offset + 4)
    const [found] = rest
    const seen = found === undefined ? 'the document ends' : `found ${JSON.stringify(found)}`
    return { pointer: '', detail: `is not JSON: ${seen} at ${at}, where ${wanted} was expected` }
  }

  #pointer(depth = this.#depth): string {
    const path: PropertyKey[] = []
    for (let level = 1; level <= depth; level++) {
      if (this.#isObject[level] === 0) {
        path.push(this.#index[level] as number)
        continue
      }
      const last = (level < this.#depth ? (this.#firstKey[level + 1] as number) : this.#keys) - 1
      path.push(unescaped(this.#bytes.subarray(this.#keyStart[last], this.#keyEnd[last])))
    }
    return pointer(path)
  }
}

/** The name that stands between two quotes. */
function unescaped(name: Buffer): string {
  const text = name.toString('utf8')
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text
}

/** A place in the text for people; columns count characters. */
function position(bytes: Buffer, offset: number): string {
  let line = 1
  let start = 0
  for (let at = bytes.indexOf(0x0a); at !== -1 && at < offset; at = bytes.indexOf(0x0a, at + 1)) {
    line++
    start = at + 1
  }
  return `line ${line}, column ${bytes.toString('utf8', start, offset).length + 1}`
}

function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = end - start
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0
  return hash
}
