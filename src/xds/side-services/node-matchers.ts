import type { ClientStatusRequest, StringMatcher } from '../../proto/client-status.ts'

type Matches = (nodeId: string) => boolean

/** Which node ids a request means, or why it cannot be told. */
export type ParsedMatchers =
  | { readonly ok: true; readonly matches: Matches }
  | { readonly ok: false; readonly detail: string }

/** Of several matchers one must match; what is not served here is refused, for its answer would be of others too. */
export function nodeMatcher({ nodeMatchers }: Pick<ClientStatusRequest, 'nodeMatchers'>): ParsedMatchers {
  const all: Matches[] = []
  for (const { nodeId, nodeMetadatas = [] } of nodeMatchers) {
    if (nodeMetadatas.length > 0) return refused('node_metadatas')
    const matches = nodeId ? stringMatcher(nodeId) : () => true
    if (typeof matches === 'string') return refused(`node_id.${matches}`)
    all.push(matches)
  }
  return { ok: true, matches: id => all.length === 0 || all.some(matches => matches(id)) }
}

/** The name of the pattern where it is none that is served. */
function stringMatcher(matcher: StringMatcher): Matches | string {
  const fold = (text: string) => (matcher.ignoreCase ? text.toLowerCase() : text)
  const has = (pattern: keyof StringMatcher) => Object.hasOwn(matcher, pattern)
  const { exact = '', prefix = '', suffix = '', contains = '' } = matcher
  if (has('exact')) return id => fold(id) === fold(exact)
  if (has('prefix')) return id => fold(id).startsWith(fold(prefix))
  if (has('suffix')) return id => fold(id).endsWith(fold(suffix))
  if (has('contains')) return id => fold(id).includes(fold(contains))
  if (has('safeRegex')) return 'safe_regex'
  return has('custom') ? 'custom' : 'match_pattern, which is empty,'
}

function refused(what: string): ParsedMatchers {
  const detail = `node_matchers: ${what} cannot be matched here; exact, prefix, suffix and contains of node_id can`
  return { ok: false, detail }
}
