import type { z } from 'zod'
import { durationMilliseconds } from './duration.ts'
import { NO_PATH_CHARACTERS, PATH_CHARACTERS } from './names.ts'
import { refuse, refuseRepeated } from './refusals.ts'
import { expressionProblem } from './regular-expression.ts'
import type { HttpFilter } from './route-filters.ts'

/**
 * What the Gateway API's HTTPRoute says in words and CEL rules (apis/v1/httproute_types.go) and a shape cannot: each
 * check adds its issues to the part of the document that it was called for.
 */

interface Path {
  readonly type?: string | undefined
  readonly value?: string | undefined
}

interface Rule {
  readonly matches?: readonly { readonly path?: Path | undefined }[] | undefined
  readonly filters?: readonly HttpFilter[] | undefined
  readonly backendRefs?: readonly { readonly filters?: readonly HttpFilter[] | undefined }[] | undefined
}

export function checkPath({ type, value }: Path, context: z.RefinementCtx): void {
  if (value === undefined) {
    if (type === 'Exact' || type === 'RegularExpression') {
      refuse(context, ['value'], `is required for a path of type ${type}`)
    }
    return
  }
  const detail = type === 'RegularExpression' ? expressionProblem(value) : literalPathProblem(value)
  if (detail !== undefined) refuse(context, ['value'], detail)
}

function literalPathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return 'must begin with "/"'
  const found = ['//', '/./', '/../', '%2f', '%2F', '#'].find(part => path.includes(part))
  if (found !== undefined) return `must not contain "${found}"`
  const end = ['/..', '/.'].find(part => path.endsWith(part))
  if (end !== undefined) return `must not end with "${end}"`
  return PATH_CHARACTERS.test(path) ? undefined : NO_PATH_CHARACTERS
}

export function checkQueryNames(params: readonly { name: string }[], context: z.RefinementCtx): void {
  refuseRepeated(
    params.map(({ name }) => name),
    ['name'],
    context,
  )
}

export function checkTimeouts(
  { request, backendRequest }: { request?: string | undefined; backendRequest?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (request === undefined || backendRequest === undefined) return
  const whole = durationMilliseconds(request)
  if (whole === 0 || durationMilliseconds(backendRequest) <= whole) return
  refuse(context, ['backendRequest'], `must not be longer than the timeout of the whole request, ${request}`)
}

/** "RequestRedirect filter must not be used together with backendRefs". */
export function checkRedirect({ filters = [], backendRefs = [] }: Rule, context: z.RefinementCtx): void {
  const index = filters.findIndex(({ type }) => type === 'RequestRedirect')
  if (index < 0 || backendRefs.length === 0) return
  refuse(context, ['filters', index, 'type'], 'must not stand in a rule that has backendRefs')
}

/** "When using … with path.replacePrefixMatch, exactly one PathPrefix match must be specified". */
export function checkPrefixRewrites(rule: Rule, context: z.RefinementCtx): void {
  const { matches = [], filters = [], backendRefs = [] } = rule
  const [match] = matches
  const hasPrefix = matches.length === 1 && (match?.path?.type ?? 'PathPrefix') === 'PathPrefix'
  if (hasPrefix && match?.path !== undefined) return
  const check = (list: readonly HttpFilter[], at: PropertyKey[]) => {
    list.forEach((filter, index) => {
      if (pathModifierOf(filter)?.type !== 'ReplacePrefixMatch') return
      const field = filter.type === 'URLRewrite' ? 'urlRewrite' : 'requestRedirect'
      const detail = 'needs a rule with exactly one match, and that of a PathPrefix'
      refuse(context, [...at, index, field, 'path', 'replacePrefixMatch'], detail)
    })
  }
  check(filters, ['filters'])
  backendRefs.forEach(({ filters: own = [] }, index) => {
    check(own, ['backendRefs', index, 'filters'])
  })
}

function pathModifierOf(filter: HttpFilter) {
  if (filter.type === 'URLRewrite') return filter.urlRewrite.path
  return filter.type === 'RequestRedirect' ? filter.requestRedirect.path : undefined
}
