import { varintLength } from './length-delimited.ts'

const VARINT = 0
const LENGTH_DELIMITED = 2

/** Up to this length a text is faster written here than by a call out of JavaScript. */
const SHORT = 48

/**
 * Where messages are written field by field, in the order of their numbers, each in place of the last: for those of which
 * thousands are made and nothing but the bytes is wanted. Who keeps a message copies it. What is 0 or '' is left out, as it
 * is of all fields that are not optional.
 */
export class MessageScratch {
  #bytes = Buffer.allocUnsafe(4_096)
  #end = 0

  /** The next message begins. */
  begin(): void {
    this.#end = 0
  }

  /** All that was written since; it stands until the next message begins. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#end)
  }

  /** Up to 32 bits, unsigned. */
  number(fieldNumber: number, value: number): void {
    if (value === 0) return
    this.#reserve(10)
    this.#varint((fieldNumber << 3) | VARINT)
    this.#varint(value)
  }

  text(fieldNumber: number, text: string): void {
    const { length } = text
    if (length === 0) return
    this.#reserve(10 + 3 * length)
    this.#varint((fieldNumber << 3) | LENGTH_DELIMITED)
    if (length < SHORT && this.#ascii(text)) return
    this.#varint(Buffer.byteLength(text))
    this.#end += this.#bytes.write(text, this.#end)
  }

  /** Fields that are encoded already. */
  fields(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#end)
    this.#end += bytes.length
  }

  /** A message as a field of this one begins; what is written until `close` is in it. */
  open(fieldNumber: number): number {
    this.#reserve(6)
    this.#varint((fieldNumber << 3) | LENGTH_DELIMITED)
    this.#end += 1
    return this.#end
  }

  /** `start`: what `open` said. Nearly all lengths need one byte; for others what was written moves on. */
  close(start: number): void {
    const end = this.#end
    const length = end - start
    if (length < 0x80) {
      this.#bytes[start - 1] = length
      return
    }
    const more = varintLength(length) - 1
    this.#reserve(more)
    this.#bytes.copyWithin(start + more, start, end)
    this.#end = start - 1
    this.#varint(length)
    this.#end = end + more
  }

  /** Whether all of it is ASCII: then it is written, with its length. */
  #ascii(text: string): boolean {
    const bytes = this.#bytes
    let at = this.#end
    bytes[at++] = text.length
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code > 0x7f) return false
      bytes[at++] = code
    }
    this.#end = at
    return true
  }

  #varint(value: number): void {
    let rest = value
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#end++] = (rest & 0x7f) | 0x80
    this.#bytes[this.#end++] = rest
  }

  #reserve(more: number): void {
    if (this.#end + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#end + more))
    larger.set(this.#bytes.subarray(0, this.#end))
    this.#bytes = larger
  }
}
