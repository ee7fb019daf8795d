import { backend } from './documents.ts'

/** Filters as a syncer would push them, and rules that have them. */

export function requestHeaders(requestHeaderModifier: object): object {
  return { type: 'RequestHeaderModifier', requestHeaderModifier }
}

export function responseHeaders(responseHeaderModifier: object): object {
  return { type: 'ResponseHeaderModifier', responseHeaderModifier }
}

export function rewrite(urlRewrite: object): object {
  return { type: 'URLRewrite', urlRewrite }
}

export function redirect(requestRedirect: object): object {
  return { type: 'RequestRedirect', requestRedirect }
}

export function mirror(name: string, part: object = {}): object {
  return { type: 'RequestMirror', requestMirror: { backendRef: backend(name), ...part } }
}

export function prefix(value: string): object {
  return { path: { type: 'PathPrefix', value } }
}

type List = readonly object[]

/** Rules with filters of their own, or with the same for each of their backends. */
export const RULE_WITH = {
  rule: (filters: List, match = '/', refs: List = [backend('blue')]) => ({
    matches: [prefix(match)],
    filters,
    backendRefs: refs,
  }),
  backendRef: (filters: List, match = '/', refs: List = [backend('blue')]) => ({
    matches: [prefix(match)],
    backendRefs: refs.map(ref => ({ ...ref, filters })),
  }),
}
