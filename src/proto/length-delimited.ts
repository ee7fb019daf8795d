const LENGTH_DELIMITED = 2

/**
 * An encoded message, given in pieces, as it stands as a field of another. Encodings put behind each other are one
 * message (protobuf encoding, "Last One Wins": embedded messages are merged, repeated fields appended), so an encoded
 * message and such fields concatenated are that message with these fields: what did not change is not encoded again.
 */
export function messageField(fieldNumber: number, pieces: readonly Uint8Array[]): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  return Buffer.concat([fieldPrefix(fieldNumber, length), ...pieces])
}

/** Tag and length of a length-delimited field (protobuf encoding, "Message Structure"). */
function fieldPrefix(fieldNumber: number, length: number): Uint8Array {
  return Uint8Array.from([...varint((fieldNumber << 3) | LENGTH_DELIMITED), ...varint(length)])
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  bytes.push(rest)
  return bytes
}

/** Puts length-delimited fields behind each other, copied once. */
export class MessageWriter {
  readonly #chunks: Uint8Array[] = []

  bytes(fieldNumber: number, bytes: Uint8Array): void {
    this.#chunks.push(fieldPrefix(fieldNumber, bytes.length), bytes)
  }

  text(fieldNumber: number, text: string): void {
    this.bytes(fieldNumber, Buffer.from(text))
  }

  finish(): Buffer {
    return Buffer.concat(this.#chunks)
  }
}
