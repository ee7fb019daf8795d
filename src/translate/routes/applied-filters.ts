import type { HeaderModifier } from '../../model/http-header.ts'
import type {
  Cors,
  HttpFilter,
  RequestMirror,
  RequestRedirect,
  UrlRewrite,
} from '../../model/route-filters.ts'
import { inSequence } from './header-modifier.ts'

/** All that is done with requests that go one way, and with their responses. */
export interface AppliedFilters {
  readonly requestHeaders?: HeaderModifier | undefined
  readonly responseHeaders?: HeaderModifier | undefined
  readonly mirrors: readonly RequestMirror[]
  readonly redirect?: RequestRedirect | undefined
  readonly rewrite?: UrlRewrite | undefined
  readonly cors?: Cors | undefined
}

/** A rule's filters and then those of one of its backends, whose word counts where there can be one only. */
export function appliedFilters(rule: readonly HttpFilter[], backend: readonly HttpFilter[]): AppliedFilters {
  return backend.reduce(withFilter, rule.reduce(withFilter, { mirrors: [] }))
}

function withFilter(applied: AppliedFilters, filter: HttpFilter): AppliedFilters {
  switch (filter.type) {
    case 'RequestHeaderModifier':
      return {
        ...applied,
        requestHeaders: inSequence(applied.requestHeaders, filter.requestHeaderModifier),
      }
    case 'ResponseHeaderModifier':
      return {
        ...applied,
        responseHeaders: inSequence(applied.responseHeaders, filter.responseHeaderModifier),
      }
    case 'RequestMirror':
      return { ...applied, mirrors: [...applied.mirrors, filter.requestMirror] }
    case 'RequestRedirect':
      return { ...applied, redirect: filter.requestRedirect }
    case 'URLRewrite':
      return { ...applied, rewrite: { ...applied.rewrite, ...filter.urlRewrite } }
    case 'CORS':
      return { ...applied, cors: filter.cors }
  }
}

export function isHeaderModifier({ type }: HttpFilter): boolean {
  return type === 'RequestHeaderModifier' || type === 'ResponseHeaderModifier'
}
