import type { z } from 'zod'
import { unknownField } from './later.ts'
import { type Path, type Problem, pointer } from './problem.ts'

/** The problems that zod's issue about a part of `shape` stands for; `path` is where that part is. */
export function issueProblems(shape: string, issue: z.core.$ZodIssue, path: Path): Problem[] {
  const where = [...path, ...issue.path]
  if (issue.code === 'invalid_union') {
    // Of an item that may be text or an object, what is wrong inside of the object says more than that it is no text.
    const inside = issue.errors.find(list => list.some(one => one.path.length > 0))
    if (inside !== undefined) return inside.flatMap(one => issueProblems(shape, one, where))
  }
  if (issue.code !== 'unrecognized_keys') return [{ pointer: pointer(where), detail: issue.message }]
  const fields = issue.path.filter(step => typeof step === 'string')
  const owner = [shape, ...fields].join('.')
  return issue.keys.map(key => ({ pointer: pointer([...where, key]), detail: unknownField(owner, key) }))
}

/** Details for what the schemas leave unsaid, in this project's words. */
export function issueDetail(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `is required: ${NOUNS[issue.expected] ?? issue.expected}`
      return `must be ${NOUNS[issue.expected] ?? issue.expected}, not ${shown(issue.input)}`
    case 'invalid_value':
      return `must be ${issue.values.map(value => JSON.stringify(value)).join(' or ')}, not ${shown(issue.input)}`
    case 'too_small':
      return `must ${bound(issue.origin, issue.inclusive ? 'at least' : 'more than', issue.minimum)}`
    case 'too_big':
      return `must ${bound(issue.origin, issue.inclusive ? 'at most' : 'less than', issue.maximum)}`
    case 'invalid_key':
      return `is not a good name: it ${issue.issues.map(inner => inner.message).join('; ')}`
    default:
      return undefined
  }
}

const NOUNS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${relation} ${limit} character${limit === 1 ? '' : 's'}`
  if (origin === 'array') return `have ${relation} ${limit} item${limit === 1 ? '' : 's'}`
  return `be ${relation} ${limit}`
}

/** The value for people: short, and nothing of what a container holds. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'a number too large for JSON'
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
