/**
 * Memory for what is kept as long as a resource is served. Thousands of these have a few hundred bytes each, and each with
 * memory of its own would cost as much again. They share none with what is written and gone: one small piece keeps the
 * whole slab.
 */
const SLAB = 8_192
/** What is longer has memory of its own. */
const LONGEST = SLAB / 4

let slab = Buffer.alloc(0)
let taken = 0

/** So many bytes, with whatever is in them. */
export function keptBytes(length: number): Buffer {
  if (length > LONGEST) return Buffer.allocUnsafeSlow(length)
  if (taken + length > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB)
    taken = 0
  }
  taken += length
  return slab.subarray(taken - length, taken)
}

export function keptCopy(bytes: Uint8Array): Buffer {
  const kept = keptBytes(bytes.length)
  kept.set(bytes)
  return kept
}
