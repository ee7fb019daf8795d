import type { PathModifier } from '../../model/route-filters.ts'
import { literalExpression } from './literal-expression.ts'
import { withoutTrailingSlash } from './route-match.ts'

/**
 * A path modifier (Gateway API, HTTPPathModifier) as fields of Envoy's RouteAction. Envoy leaves the query alone. A
 * replacement has no character that means anything in a substitution: the schema has no backslash.
 */
export function rewrittenPath(path: PathModifier | undefined, prefix: string): object {
  if (path === undefined) return {}
  if (path.type === 'ReplacePrefixMatch') return replacedPrefix(prefix, path.replacePrefixMatch)
  return { regexRewrite: { pattern: { regex: '^/.*$' }, substitution: absolute(path.replaceFullPath) } }
}

/** The same as fields of Envoy's RedirectAction. */
export function redirectedPath(path: PathModifier | undefined, prefix: string): object {
  if (path?.type === 'ReplaceFullPath') return { pathRedirect: absolute(path.replaceFullPath) }
  return rewrittenPath(path, prefix)
}

/**
 * The table of HTTPPathModifier.replacePrefixMatch: trailing slashes of the prefix and of the replacement are ignored,
 * and what is left of the path still begins with one.
 */
function replacedPrefix(prefix: string, replacement: string): object {
  const from = withoutTrailingSlash(prefix)
  const to = withoutTrailingSlash(absolute(replacement))
  // Of the prefix "/" Envoy replaces that slash, of any other one the text before the next.
  if (from === '') return { prefixRewrite: `${to}/` }
  if (to !== '') return { prefixRewrite: to }
  return { regexRewrite: { pattern: { regex: `^${literalExpression(from)}/?` }, substitution: '/' } }
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}
