import { ContentDraft } from '../model/content-draft.ts'
import { isObject } from '../model/json.ts'
import { unknownField } from '../model/later.ts'
import type { Problem } from '../model/problem.ts'
import { REFUSED_LIMITS } from '../model/route-rules.ts'
import { route as schema } from '../model/routes.ts'
import type { Fields } from './fields.ts'
import { originAt, type Renamed } from './origin.ts'

/** A native route as it may be pushed, or what of one there is before it was looked at. */
export interface NativeRoute {
  readonly gateways: readonly unknown[]
  readonly hostnames?: unknown
  readonly rules?: unknown
}

interface CheckedRoute {
  readonly route: object
  readonly renamed: Renamed
}

/**
 * The route as it is stored. Fields that nobody knows are pruned, as the API server prunes them. A route in which
 * something else is refused is kept with what was, instead of its rules: one route of a cluster must not refuse the
 * others, and its status says why it does not work. undefined when no Gateway is left of it.
 */
export function checkedRoute(
  written: NativeRoute,
  object: Fields,
  renamed: Renamed,
): CheckedRoute | undefined {
  const locate = originAt('', renamed)
  const { route, unknown, problems } = pruned(written)
  for (const { pointer, detail } of unknown) object.warnAt(locate(pointer), `left out: ${detail}`)
  // A route without a name cannot be kept: the push is refused.
  if (problems.length === 0 || problems.some(({ pointer }) => IDENTITY.includes(pointer))) {
    return { route, renamed }
  }
  const refused = problems.map(({ pointer, detail }) => ({ pointer: locate(pointer), detail }))
  for (const { pointer, detail } of refused) object.warnAt(pointer, `${detail}; the route is not accepted`)
  return withoutRules(route, renamed, problems, refused)
}

const IDENTITY: readonly string[] = ['/name', '/namespace']

function withoutRules(
  { rules: _, gateways, hostnames, ...route }: NativeRoute,
  renamed: Renamed,
  problems: readonly Problem[],
  refused: readonly Problem[],
): CheckedRoute | undefined {
  const isGood = (list: string, index: number) =>
    !problems.some(({ pointer }) => pointer === `/${list}` || isAt(pointer, `/${list}/${index}`))
  const goodGateways = [...gateways.keys()].filter(index => isGood('gateways', index))
  if (goodGateways.length === 0) return undefined
  const goodHostnames = Array.isArray(hostnames)
    ? hostnames.filter((_, index) => isGood('hostnames', index))
    : []
  return {
    route: {
      ...route,
      gateways: goodGateways.map(index => gateways[index]),
      ...(goodHostnames.length > 0 && { hostnames: goodHostnames }),
      refused: refused.slice(0, REFUSED_LIMITS.fields).map(({ pointer, detail }) => ({
        pointer: pointer.slice(0, REFUSED_LIMITS.pointer),
        detail: detail.replaceAll(/[\p{Cc}\p{Cs}]/gu, '\uFFFD').slice(0, REFUSED_LIMITS.detail),
      })),
    },
    renamed: {
      ...renamed,
      '/refused': '/spec',
      ...Object.fromEntries(
        goodGateways.map((from, to) => [
          `/gateways/${to}`,
          renamed[`/gateways/${from}`] ?? '/spec/parentRefs',
        ]),
      ),
    },
  }
}

function isAt(pointer: string, place: string): boolean {
  return pointer === place || pointer.startsWith(`${place}/`)
}

/** The route without the fields that the schema does not know, those fields, and what else is wrong. */
function pruned(written: NativeRoute) {
  const unknown: Problem[] = []
  let route = written
  for (;;) {
    const draft = new ContentDraft()
    draft.parse('route', schema, route, [])
    const left = draft.problems.filter(isUnknown)
    if (left.length === 0) return { route, unknown, problems: draft.problems }
    // Behind a field that is not known the schema may not have looked at the rest.
    if (route === written) route = structuredClone(written)
    for (const { pointer } of left) remove(route, pointer)
    unknown.push(...left)
  }
}

/** Fields of the Gateway API in a filter or a path of another type: the CRD's rules refuse them, nothing prunes them. */
const OF_ANOTHER_TYPE = new Set([
  'requestHeaderModifier',
  'responseHeaderModifier',
  'requestMirror',
  'requestRedirect',
  'urlRewrite',
  'cors',
  'externalAuth',
  'extensionRef',
  'replaceFullPath',
  'replacePrefixMatch',
])

const UNKNOWN = unknownField('', '')

function isUnknown({ pointer, detail }: Problem): boolean {
  return detail === UNKNOWN && !OF_ANOTHER_TYPE.has(pointer.slice(pointer.lastIndexOf('/') + 1))
}

function remove(root: object, pointer: string): void {
  const steps = pointer.split('/').slice(1).map(unescaped)
  const field = steps.pop() ?? ''
  const holder = steps.reduce<unknown>((value, step) => Object(value)[step], root)
  if (isObject(holder)) delete holder[field]
}

/** RFC 6901, section 4. */
function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}
