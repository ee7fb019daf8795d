const LENGTH_DELIMITED = 2

/**
 * A field of encoded messages as it stands in a message. Messages whose encodings stand behind each other are one
 * message (protobuf encoding, "Last One Wins"), so `head` and `messageField(…)` concatenated are `head` with this field:
 * what did not change need not be encoded again.
 */
export function messageField(fieldNumber: number, elements: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(elements.flatMap(element => [fieldPrefix(fieldNumber, element.length), element]))
}

/** Tag and length of a length-delimited field (protobuf encoding, "Message Structure"). */
export function fieldPrefix(fieldNumber: number, length: number): Uint8Array {
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
