import type { z } from 'zod'
import { durationMilliseconds } from './duration.ts'
import { expressionProblem } from './regular-expression.ts'

/**
 * What the Gateway API's HTTPRoute says in words and CEL rules (apis/v1/httproute_types.go) and a shape cannot: each
 * check adds its issues to the part of the document that it was called for.
 */

const MAX_MATCHES = 128
/** Checking an expression costs milliseconds. */
const MAX_EXPRESSIONS = 64

/** A match of a header or parameter; the checks stand below the schemas and cannot take their types. */
interface TypedValue {
  readonly type?: string | undefined
  readonly value: string
}

interface Path {
  readonly type?: string | undefined
  readonly value?: string | undefined
}

interface Match {
  readonly path?: Path | undefined
  readonly headers?: readonly TypedValue[] | undefined
  readonly queryParams?: readonly TypedValue[] | undefined
}

interface Rule {
  readonly name?: string | undefined
  readonly matches?: readonly Match[] | undefined
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
  if (/^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/.test(path)) return undefined
  return "must have only letters, digits, -/._~!$&'()*+,;=:@ and percent-encoded bytes"
}

export function checkValueMatch({ type, value }: TypedValue, context: z.RefinementCtx): void {
  const detail = type === 'RegularExpression' ? expressionProblem(value) : undefined
  if (detail !== undefined) refuse(context, ['value'], detail)
}

/** Names of headers are equal whatever their case. Of equal names the API counts the first only: we refuse instead. */
export function checkHeaderNames(headers: readonly { name: string }[], context: z.RefinementCtx): void {
  refuseRepeated(
    headers.map(({ name }) => name.toLowerCase()),
    ['name'],
    context,
  )
}

export function checkQueryNames(params: readonly { name: string }[], context: z.RefinementCtx): void {
  refuseRepeated(
    params.map(({ name }) => name),
    ['name'],
    context,
  )
}

export function checkRemovedHeaders(names: readonly string[], context: z.RefinementCtx): void {
  refuseRepeated(
    names.map(name => name.toLowerCase()),
    [],
    context,
  )
}

export function checkFilters(filters: readonly { type: string }[], context: z.RefinementCtx): void {
  refuseRepeated(
    filters.map(({ type }) => type),
    ['type'],
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

export function checkRules(rules: readonly Rule[], context: z.RefinementCtx): void {
  const matches = rules.flatMap(rule => rule.matches ?? [])
  if (matches.length > MAX_MATCHES) {
    refuse(
      context,
      [],
      `must have at most ${MAX_MATCHES} matches in all rules together, not ${matches.length}`,
    )
  }
  const expressions = matches
    .flatMap(match => [match.path, ...(match.headers ?? []), ...(match.queryParams ?? [])])
    .filter(match => match?.type === 'RegularExpression').length
  if (expressions > MAX_EXPRESSIONS) {
    refuse(context, [], `must have at most ${MAX_EXPRESSIONS} regular expressions, not ${expressions}`)
  }
  rules.forEach(({ name }, index) => {
    if (name === undefined || !rules.slice(0, index).some(other => other.name === name)) return
    refuse(context, [index, 'name'], `is given twice: "${name}"`)
  })
}

function refuseRepeated(keys: readonly string[], path: PropertyKey[], context: z.RefinementCtx): void {
  const seen = new Set<string>()
  keys.forEach((key, index) => {
    if (seen.has(key)) refuse(context, [index, ...path], `is given twice: "${key}"`)
    seen.add(key)
  })
}

function refuse(context: z.RefinementCtx, path: PropertyKey[], message: string): void {
  context.addIssue({ code: 'custom', path, message })
}
