import type { Problem } from '../model/problem.ts'
import { epochOf } from './epoch.ts'
import { problem } from './problem.ts'

/** RFC 9110, section 8.8.3: an entity tag with its weakness and its opaque text. */
interface EntityTag {
  readonly weak: boolean
  readonly opaque: string
}

/** What `If-Match`, `If-None-Match` and `Epoch` of a write ask for, in the store's words. */
export interface WriteConditions {
  readonly ifMatch?: readonly string[]
  readonly ifNoneMatch?: boolean
  readonly epoch?: number
}

export function entityTag(digest: string): string {
  return `"${digest}"`
}

/** RFC 9110, section 13.1.1: If-Match compares strongly, so weak tags match nothing. */
export function writeConditions(headers: Headers): WriteConditions | readonly Problem[] {
  const match = headers.get('if-match')
  const noneMatch = headers.get('if-none-match')
  const tags = match === null ? undefined : parseTags(match)
  const epoch = epochOf(headers)
  const problems: Problem[] = []
  if (tags === null) problems.push({ pointer: '/If-Match', detail: 'must be * or a list of "digest"' })
  if (noneMatch !== null && noneMatch.trim() !== '*')
    problems.push({
      pointer: '/If-None-Match',
      detail: 'must be * on a write: only where nothing was pushed yet',
    })
  if (typeof epoch === 'object') problems.push(epoch)
  if (problems.length > 0) return problems
  return {
    ...(tags ? { ifMatch: tags === '*' ? ['*'] : tags.filter(tag => !tag.weak).map(tag => tag.opaque) } : {}),
    ...(noneMatch === null ? {} : { ifNoneMatch: true }),
    ...(typeof epoch === 'number' ? { epoch } : {}),
  }
}

export function isProblems(
  conditions: WriteConditions | readonly Problem[],
): conditions is readonly Problem[] {
  return Array.isArray(conditions)
}

/** RFC 9110, section 13.1.2: does the reader have this already? Compared weakly; nonsense matches nothing. */
export function hasAlready(headers: Headers, digest: string): boolean {
  const noneMatch = headers.get('if-none-match')
  const tags = noneMatch === null ? null : parseTags(noneMatch)
  return tags === '*' || (tags?.some(tag => tag.opaque === digest) ?? false)
}

function parseTags(header: string): EntityTag[] | '*' | null {
  if (header.trim() === '*') return '*'
  const tags: EntityTag[] = []
  for (const member of header.split(',').map(text => text.trim())) {
    if (member === '') continue
    const match = /^(W\/)?"([\x21\x23-\x2b\x2d-\x7e]*)"$/.exec(member)
    if (!match) return null
    tags.push({ weak: match[1] !== undefined, opaque: match[2] ?? '' })
  }
  return tags.length > 0 ? tags : null
}

const CONDITIONS = ['if-match', 'if-none-match', 'epoch'] as const

/** A write that cannot honour conditions must not run as if there were none. */
export function refuseConditions(
  headers: Headers,
  honoured: readonly (typeof CONDITIONS)[number][] = [],
): Response | undefined {
  const given = CONDITIONS.find(name => headers.has(name) && !honoured.includes(name))
  return given === undefined ? undefined : problem(400, `${given} is not supported here`)
}
