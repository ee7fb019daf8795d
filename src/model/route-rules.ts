import { z } from 'zod'
import { hostname, label, plainText, subdomain } from './names.ts'
import { refuse } from './refusals.ts'
import { expressionProblem } from './regular-expression.ts'
import { gatewayReferences } from './route-references.ts'

/** What routes of every kind have. */

/** The most that is kept of what was refused: characters of each text, and how many fields. */
export const REFUSED_LIMITS = { pointer: 1024, detail: 4096, fields: 100 }

const refusedField = z.strictObject({
  pointer: z.string().max(REFUSED_LIMITS.pointer),
  detail: plainText.max(REFUSED_LIMITS.detail),
})

export const routeFields = {
  namespace: label.optional(),
  name: subdomain,
  gateways: gatewayReferences,
  hostnames: z.array(hostname).max(16).optional(),
  /** References to other namespaces need a ReferenceGrant of the same source; without it they need none. */
  requireReferenceGrants: z.boolean().optional(),
  /**
   * What of a route Vicinity does not support, where a document that holds many must not be refused for it (the
   * objects of a Kubernetes cluster): such a route is kept, is never accepted, and serves nothing.
   */
  refused: z.array(refusedField).min(1).max(REFUSED_LIMITS.fields).optional(),
}

export const ruleName = subdomain.optional()

/** A route has rules, or says what was refused in them. */
export function rejected(
  { rules, refused }: { rules?: readonly unknown[] | undefined; refused?: unknown },
  context: z.RefinementCtx,
): void {
  if (refused !== undefined && rules !== undefined && rules.length > 0) {
    refuse(context, ['rules'], 'must be left out where refused is given')
  }
  if (refused === undefined && (rules === undefined || rules.length === 0)) {
    refuse(context, ['rules'], 'must have at least 1 item')
  }
}

/** A match by text or by expression; the checks cannot take the schemas' own types. */
interface TypedValue {
  readonly type?: string | undefined
  readonly value?: string | undefined
}

interface Rule {
  readonly name?: string | undefined
  readonly matches?: readonly Match[] | undefined
}

interface Match {
  readonly path?: TypedValue | undefined
  readonly method?: unknown
  readonly headers?: readonly TypedValue[] | undefined
  readonly queryParams?: readonly TypedValue[] | undefined
}

const MAX_MATCHES = 128
/** Checking an expression costs milliseconds. */
const MAX_EXPRESSIONS = 64

export function checkRules(rules: readonly Rule[], context: z.RefinementCtx): void {
  const matches = rules.flatMap(rule => rule.matches ?? [])
  if (matches.length > MAX_MATCHES) {
    const detail = `must have at most ${MAX_MATCHES} matches in all rules together, not ${matches.length}`
    refuse(context, [], detail)
  }
  const expressions = matches
    .flatMap(({ path, method, headers = [], queryParams = [] }) => [path, method, ...headers, ...queryParams])
    .filter(match => Object(match).type === 'RegularExpression').length
  if (expressions > MAX_EXPRESSIONS) {
    refuse(context, [], `must have at most ${MAX_EXPRESSIONS} regular expressions, not ${expressions}`)
  }
  rules.forEach(({ name }, index) => {
    if (name === undefined || !rules.slice(0, index).some(other => other.name === name)) return
    refuse(context, [index, 'name'], `is given twice: "${name}"`)
  })
}

export function checkValueMatch({ type, value = '' }: TypedValue, context: z.RefinementCtx): void {
  const detail = type === 'RegularExpression' ? expressionProblem(value) : undefined
  if (detail !== undefined) refuse(context, ['value'], detail)
}
