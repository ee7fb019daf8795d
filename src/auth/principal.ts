/** What a principal may do. Scoped tokens come later; the word `admin` covers everything. */
type Scope = 'admin'

/** Who asks, on either plane. */
export interface Principal {
  /** The author of its revisions: the name of a token, or `anonymous`. */
  readonly name: string
  readonly scopes: readonly Scope[]
}

/** Who stands behind a request where no token at all was configured (loopback only, see config). */
export const ANONYMOUS: Principal = { name: 'anonymous', scopes: ['admin'] }

/** Whether it may read what proxies are sent; a proxy may not: of others it is none of its business. */
export function mayRead({ scopes }: Principal): boolean {
  return scopes.includes('admin')
}
