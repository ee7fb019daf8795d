import { createHash } from 'node:crypto'

/**
 * The digest of a part: the sum of its entries' digests modulo 2^256 (an incremental multiset hash, AdHash of
 * Bellare and Micciancio 1997). It depends on the content alone, not on order or history, so PUT and PATCH of
 * equal content agree, and a PATCH of one entry does not read the others.
 */
const MODULUS = 1n << 256n

/** The digest of a part without entries. */
export const EMPTY_PART_DIGEST = '0'.repeat(64)

/** The digest after `added` came and `removed` went; all digests are 64 hex digits. */
export function nextPartDigest(
  digest: string,
  added: Iterable<string>,
  removed: Iterable<string> = [],
): string {
  let sum = BigInt(`0x${digest}`)
  for (const one of added) sum += BigInt(`0x${one}`)
  for (const one of removed) sum -= BigInt(`0x${one}`)
  const rest = ((sum % MODULUS) + MODULUS) % MODULUS
  return rest.toString(16).padStart(64, '0')
}

/** The digest of a snapshot: of both parts at once; a part that was never pushed counts as an empty one. */
export function snapshotDigest(topologyDigest: string, routesDigest: string): string {
  return createHash('sha256').update(`topology ${topologyDigest}\nroutes ${routesDigest}`).digest('hex')
}
