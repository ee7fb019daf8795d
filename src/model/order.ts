/** By code units, never by locale: whatever is sorted must come out the same on every replica. */
export function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compare(a.name, b.name)
}
