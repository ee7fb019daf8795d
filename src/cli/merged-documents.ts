import type { Part } from '../model/entry.ts'
import { isObject } from '../model/json.ts'
import { CommandFailure, EXIT } from './exit-code.ts'
import type { PushedDocument } from './pushed-documents.ts'

/** Several documents as one push. */
export interface MergedPush {
  readonly part: Part | 'snapshot'
  readonly document: unknown
  /** Turns a pointer into what was pushed into the file and the pointer where that came from. */
  readonly locate: (pointer: string) => string
}

const FIELDS = {
  defaults: 'topology',
  zones: 'topology',
  nodes: 'topology',
  services: 'topology',
  gateways: 'routes',
  routes: 'routes',
  namespaces: 'routes',
  referenceGrants: 'routes',
} as const
type Field = keyof typeof FIELDS

/** The only field that is no list. */
const SINGLE: Field = 'defaults'

interface Origin {
  readonly name: string
  readonly pointer: string
}

/** Each document is `{topology, routes}`, or the fields of one or both of them side by side. */
export function mergeDocuments(documents: readonly PushedDocument[]): MergedPush {
  const items = new Map<Field, { value: unknown; origin: Origin }[]>()
  const parts = new Set<Part>()
  const problems: string[] = []
  for (const { name, value } of documents) {
    for (const { field, prefix, content } of fieldsOf(name, value, problems, parts)) {
      parts.add(FIELDS[field])
      const list = items.get(field) ?? []
      items.set(field, list)
      if (field === SINGLE && list[0] !== undefined) {
        problems.push(`${name}: ${prefix}/${field} is given twice: ${list[0].origin.name} has it too`)
      }
      content.forEach((item, index) => {
        const pointer = field === SINGLE ? `${prefix}/${field}` : `${prefix}/${field}/${index}`
        list.push({ value: item, origin: { name, pointer } })
      })
    }
  }
  if (problems.length > 0) throw new CommandFailure(EXIT.refused, problems.join('\n'))
  if (parts.size === 0)
    throw new CommandFailure(EXIT.refused, 'there is nothing to push: no document has any field')

  const content = (part: Part) =>
    Object.fromEntries(
      [...items].flatMap(([field, list]) => {
        const values = list.map(one => one.value)
        return FIELDS[field] === part ? [[field, field === SINGLE ? values[0] : values]] : []
      }),
    )
  const part = parts.size === 2 ? 'snapshot' : ([...parts][0] as Part)
  const document =
    part === 'snapshot' ? { topology: content('topology'), routes: content('routes') } : content(part)
  return { part, document, locate: pointer => locate(pointer, items) }
}

function fieldsOf(
  name: string,
  value: unknown,
  problems: string[],
  parts: Set<Part>,
): { field: Field; prefix: string; content: unknown[] }[] {
  if (!isObject(value)) {
    problems.push(`${name}: must be a mapping with topology and routes, or with their fields`)
    return []
  }
  return Object.entries(value).flatMap(([key, content]) => {
    if ((key === 'topology' || key === 'routes') && isObject(content)) {
      parts.add(key)
      const foreign = Object.keys(content).filter(
        field => !(field in FIELDS && FIELDS[field as Field] === key),
      )
      for (const field of foreign) problems.push(`${name}: /${key}/${field} is not a field of ${key}`)
      return Object.entries(content).flatMap(([field, list]) =>
        foreign.includes(field) ? [] : listOf(name, `/${key}`, field as Field, list, problems),
      )
    }
    if (key in FIELDS) return listOf(name, '', key as Field, content, problems)
    problems.push(`${name}: /${key} is none of topology, ${Object.keys(FIELDS).join(', ')}`)
    return []
  })
}

function listOf(name: string, prefix: string, field: Field, content: unknown, problems: string[]) {
  if (field === SINGLE) return [{ field, prefix, content: [content] }]
  if (Array.isArray(content)) return [{ field, prefix, content }]
  problems.push(`${name}: ${prefix}/${field} must be a list`)
  return []
}

function locate(pointer: string, items: ReadonlyMap<Field, readonly { origin: Origin }[]>): string {
  const match = /^(?:\/(?:topology|routes))?\/(?:(defaults)|([a-zA-Z]+)\/(\d+))(.*)$/s.exec(pointer)
  const [, single, list, index = 0, rest = ''] = match ?? []
  const origin = items.get((single ?? list) as Field)?.[Number(index)]?.origin
  return origin ? `${origin.name}: ${origin.pointer}${rest}` : pointer || '/'
}
