import { encode } from '../../proto/message.ts'
import type { AppliedFilters } from './applied-filters.ts'
import { corsAnswers, preflightAnswers } from './cors-policy.ts'
import { headerFields } from './header-modifier.ts'
import { redirects } from './request-redirect.ts'
import type { RuleAction, RuleActions, RuleContext } from './rule-actions.ts'

/** What Envoy answers by itself: redirects, errors for missing backends, preflights. */

const ROUTE = 'envoy.config.route.v3.Route'

export function redirected(
  redirect: NonNullable<AppliedFilters['redirect']>,
  filters: AppliedFilters,
  { prefix, port }: RuleContext,
): RuleActions {
  return answered(
    filters,
    redirects(redirect, prefix, port).map(({ action, headers }) => ({
      fields: { redirect: action },
      headers,
    })),
  )
}

/** HTTPRouteRule.backendRefs: "500 status codes"; GRPCRouteRule.backendRefs: `UNAVAILABLE`, which Envoy makes of 503. */
const NO_BACKEND = { HTTPRoute: 500, GRPCRoute: 503 } as const

export function withoutBackend(filters: AppliedFilters, kind: RuleContext['kind']): RuleActions {
  return answered(filters, [{ fields: { directResponse: { status: NO_BACKEND[kind] } } }])
}

/** Answers to what a browser asks first, however requests go on. */
export function preflights(cors: AppliedFilters['cors']): RuleAction[] {
  if (cors === undefined) return []
  return preflightAnswers(cors).map(({ status, fields, headers }) => ({
    requests: 'preflight',
    headers,
    encoded: encode(ROUTE, { directResponse: { status }, ...fields }),
  }))
}

interface Answer {
  readonly fields: object
  readonly headers?: readonly object[] | undefined
}

function answered(filters: AppliedFilters, answers: readonly Answer[]): RuleActions {
  const modified: { responseHeadersToAdd?: readonly object[] } = headerFields({
    responseHeaders: filters.responseHeaders,
  })
  const ways = filters.cors === undefined ? [{ fields: {}, headers: [] }] : corsAnswers(filters.cors)
  const actions = answers.flatMap(({ fields, headers = [] }) =>
    ways.map((way): RuleAction => {
      const added = [...(modified.responseHeadersToAdd ?? []), ...(way.fields.responseHeadersToAdd ?? [])]
      const all = { ...fields, ...modified, ...(added.length > 0 && { responseHeadersToAdd: added }) }
      return { requests: 'all', headers: [...headers, ...way.headers], encoded: encode(ROUTE, all) }
    }),
  )
  return { actions, clusters: [] }
}
