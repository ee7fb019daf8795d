import { isUtf8 } from 'node:buffer'
import type { JsonLimits } from './json-limits.ts'
import { scanJson } from './json-scan.ts'
import type { Parsed, Problem } from './problem.ts'

/** The JSON value that the bytes of a body stand for, fit to be walked by recursion. */
export function parseJson(body: Uint8Array, limits?: JsonLimits): Parsed<unknown> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const problems = encodingProblems(bytes) ?? scanJson(bytes, limits)
  if (problems.length > 0) return { ok: false, problems, malformed: true }
  return { ok: true, value: JSON.parse(bytes.toString('utf8')) as unknown, warnings: [] }
}

function encodingProblems(bytes: Buffer): Problem[] | undefined {
  const detail = encodingDetail(bytes)
  return detail === undefined ? undefined : [{ pointer: '', detail }]
}

function encodingDetail(bytes: Buffer): string | undefined {
  if (bytes.length === 0) return 'is empty; a JSON document was expected'
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return 'begins with a byte order mark; send UTF-8 without one (RFC 8259, section 8.1)'
  }
  if (isUtf8(bytes)) return undefined
  return `is not UTF-8: decoding stops at byte offset ${badByte(bytes)}`
}

/** Halves the longest beginning that decodes until the place is left where it stops. */
function badByte(bytes: Buffer): number {
  let good = 0
  let end = bytes.length
  while (good < end) {
    const middle = (good + end + 1) >> 1
    if (isGoodBeginning(bytes.subarray(0, middle))) good = middle
    else end = middle - 1
  }
  return good
}

/** A beginning may stop inside a character: the decoder then waits for more instead of refusing. */
function isGoodBeginning(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

/** A JSON object: neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
