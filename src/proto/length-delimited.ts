const LENGTH_DELIMITED = 2

/**
 * An encoded message, given in pieces, as it stands as a field of another. Encodings put behind each other are one
 * message (protobuf encoding, "Last One Wins": embedded messages are merged, repeated fields appended), so an encoded
 * message and such fields concatenated are that message with these fields: what did not change is not encoded again.
 */
export function messageField(fieldNumber: number, pieces: readonly Uint8Array[]): Uint8Array {
  const message = new MessageWriter()
  message.pieces(fieldNumber, pieces)
  return message.finish()
}

/**
 * Puts length-delimited fields behind each other (protobuf encoding, "Message Structure"), each of them copied once,
 * into one buffer.
 */
export class MessageWriter {
  /** In turn the prefix of a field, tag and length, and its pieces. */
  readonly #parts: (Uint8Array | Prefix)[] = []
  #length = 0

  bytes(fieldNumber: number, bytes: Uint8Array): void {
    this.#begin(fieldNumber, bytes.length)
    this.#parts.push(bytes)
  }

  /** One field of all of these. */
  pieces(fieldNumber: number, pieces: readonly Uint8Array[]): void {
    this.#begin(
      fieldNumber,
      pieces.reduce((sum, piece) => sum + piece.length, 0),
    )
    for (const piece of pieces) this.#parts.push(piece)
  }

  text(fieldNumber: number, text: string): void {
    this.bytes(fieldNumber, Buffer.from(text))
  }

  finish(): Buffer {
    const message = Buffer.allocUnsafe(this.#length)
    let at = 0
    for (const part of this.#parts) {
      if (part instanceof Uint8Array) {
        message.set(part, at)
        at += part.length
      } else at = writePrefix(message, at, part.fieldNumber, part.length)
    }
    return message
  }

  #begin(fieldNumber: number, length: number): void {
    this.#parts.push({ fieldNumber, length })
    this.#length += fieldLength(fieldNumber, length)
  }
}

interface Prefix {
  readonly fieldNumber: number
  readonly length: number
}

/** Of a field with so many bytes of content. */
export function fieldLength(fieldNumber: number, length: number): number {
  return varintLength(fieldNumber << 3) + varintLength(length) + length
}

/** Writes what stands before the content of a field; returns where that ends. */
export function writePrefix(target: Uint8Array, at: number, fieldNumber: number, length: number): number {
  return writeVarint(target, writeVarint(target, at, (fieldNumber << 3) | LENGTH_DELIMITED), length)
}

export function varintLength(value: number): number {
  let length = 1
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) length += 1
  return length
}

/** Returns where it ends. */
function writeVarint(target: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) target[at++] = (rest & 0x7f) | 0x80
  target[at++] = rest
  return at
}
