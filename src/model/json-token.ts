/** Where strings and numbers of a JSON text end, byte by byte. An end below 0 stands for a failure: see `failedAt`. */

/** Not shared with json-scan.ts: the engine folds a constant of the module itself into a loop, and none that it exports. */
const QUOTE = 0x22
const BACKSLASH = 0x5c
const MINUS = 0x2d

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

/** Ends below 0 stand for a failure at this offset. */
export function failedAt(end: number): number {
  return ~end
}

/** The offset after the string whose opening quote stands at `start`. */
export function stringEnd(bytes: Buffer, start: number): number {
  let at = start + 1
  for (;;) {
    const byte = bytes[at]
    if (byte === QUOTE) return at + 1
    if (byte === undefined || byte < 0x20) return ~at
    if (byte === BACKSLASH) {
      const length = escapeLength(bytes, at + 1)
      if (length === 0) return ~(at + 1)
      at += length
    }
    at++
  }
}

/** How many bytes after its backslash an escape has; 0 when it is none of JSON's. */
function escapeLength(bytes: Buffer, at: number): number {
  const kind = String.fromCharCode(bytes[at] ?? 0)
  if ('"\\/bfnrt'.includes(kind)) return 1
  if (kind !== 'u') return 0
  return /^[0-9a-fA-F]{4}$/.test(bytes.toString('latin1', at + 1, at + 5)) ? 5 : 0
}

/** RFC 8259, section 6. */
export function numberEnd(bytes: Buffer, start: number): number {
  let at = bytes[start] === MINUS ? start + 1 : start
  if (bytes[at] === 0x30) at++
  else {
    const end = digitsEnd(bytes, at)
    if (end === at) return ~at
    at = end
  }
  if (bytes[at] === 0x2e) {
    const end = digitsEnd(bytes, at + 1)
    if (end === at + 1) return ~end
    at = end
  }
  if (bytes[at] !== 0x65 && bytes[at] !== 0x45) return at
  const sign = bytes[at + 1]
  const digits = sign === 0x2b || sign === MINUS ? at + 2 : at + 1
  const end = digitsEnd(bytes, digits)
  return end === digits ? ~end : end
}

function digitsEnd(bytes: Buffer, start: number): number {
  let at = start
  while (isDigit(bytes[at])) at++
  return at
}
