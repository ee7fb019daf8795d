/**
 * Hostnames as listeners and routes have them (Gateway API, HTTPRouteSpec.hostnames): an exact name, or `*.` and a
 * suffix, which stands for any number of labels before it but not for the suffix alone.
 */

/** What is for every hostname: a listener or a route that names none, and Envoy's domain for that. */
export const ANY_HOSTNAME = '*'

/** Whether every name that `narrow` stands for is one of `wide`. */
export function covers(wide: string, narrow: string): boolean {
  if (wide === ANY_HOSTNAME || wide === narrow) return true
  return isWildcard(wide) && narrow.endsWith(wide.slice(1))
}

/** The names that both stand for, as one hostname: of two that meet, one always covers the other. */
export function intersection(a: string, b: string): string | undefined {
  if (covers(a, b)) return b
  return covers(b, a) ? a : undefined
}

/**
 * Most specific first (the same text): "the largest number of: Characters in a matching non-wildcard hostname.
 * Characters in a matching hostname." Of hostnames that cover each other the narrower one comes first.
 */
export function bySpecificity(a: string, b: string): number {
  return Number(isWildcard(a)) - Number(isWildcard(b)) || b.length - a.length
}

function isWildcard(hostname: string): boolean {
  return hostname.startsWith('*')
}
