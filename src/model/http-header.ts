import { z } from 'zod'
import { refuse, refuseRepeated } from './refusals.ts'

/** Names and values of headers, as the Gateway API and Envoy both take them. */

export const headerName = z
  .string()
  .max(256)
  .regex(
    /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/,
    'must be the name of an HTTP header (letters, digits, - and the like; a pseudo-header such as ":path" is none)',
  )

/** Envoy refuses to change Host and pseudo-headers by a header modifier. */
const changeableHeaderName = headerName.refine(
  name => name.toLowerCase() !== 'host',
  'must not be Host: a header modifier cannot change it',
)

/** RFC 9110, section 5.5: no control characters but the tab, or Envoy refuses the whole route configuration. */
export const headerText = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^(?:\t|[^\p{Cc}\p{Cs}])*$/u, 'must not contain control characters or unpaired surrogates')

const headerValue = z.strictObject({ name: changeableHeaderName, value: headerText })
const headerValues = z.array(headerValue).max(16).superRefine(checkHeaderNames)

export const headerModifier = z.strictObject({
  set: headerValues.optional(),
  add: headerValues.optional(),
  remove: z.array(changeableHeaderName).max(16).superRefine(checkRemovedHeaders).optional(),
})
export type HeaderModifier = z.infer<typeof headerModifier>

/** Names of headers are equal whatever their case. Of equal names the API counts the first only: we refuse instead. */
export function checkHeaderNames(headers: readonly { name: string }[], context: z.RefinementCtx): void {
  refuseRepeated(
    headers.map(({ name }) => name.toLowerCase()),
    ['name'],
    context,
  )
}

function checkRemovedHeaders(names: readonly string[], context: z.RefinementCtx): void {
  refuseRepeated(
    names.map(name => name.toLowerCase()),
    [],
    context,
  )
}

/** A list that allows all by "*" names nothing beside it: the Gateway API's rule for the lists of a CORS filter. */
export function checkLoneWildcard(texts: readonly string[], context: z.RefinementCtx): void {
  if (texts.includes('*') && texts.length > 1) refuse(context, [], 'must have nothing beside "*"')
  refuseRepeated(texts, [], context)
}
