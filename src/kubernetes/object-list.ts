import { isObject } from '../model/json.ts'
import { Fields } from './fields.ts'
import type { Findings } from './findings.ts'
import { objectName } from './object-name.ts'

/** An object of the document that says what it is. */
export interface KubernetesObject {
  readonly apiVersion: string
  /** '' is the core group. */
  readonly group: string
  readonly kind: string
  /** `default` where a manifest does not say; '' for kinds that are in none, and what may be of such a kind. */
  readonly namespace: string
  readonly name: string
  readonly fields: Fields
}

/** Of the kinds that are read, those that are in no namespace, and the others. */
const CLUSTER_SCOPED = new Set(['Node', 'Namespace', 'GatewayClass'])
const NAMESPACED = new Set([
  'Service',
  'EndpointSlice',
  'Gateway',
  'HTTPRoute',
  'GRPCRoute',
  'ReferenceGrant',
])

/**
 * All objects of a document in order: of a list as the API server answers it, of one object, of an array of those (the
 * documents of a YAML file; an empty one is null). What is no object, or says not what it is, is refused.
 */
export function objectsOf(document: unknown, findings: Findings): KubernetesObject[] {
  const objects: KubernetesObject[] = []
  const places = new Map<string, string>()
  const add = (value: unknown, place: string, implied: Implied) => {
    if (!isObject(value)) {
      findings.refuse(place, 'must be a Kubernetes object or a list of them')
      return
    }
    const fields = new Fields(findings, value, place)
    if (isList(value)) {
      eachItem(fields, (item, at) => add(item, at, impliedBy(fields)))
      return
    }
    const object = identified(fields, implied, findings)
    if (object === undefined) return
    const key = `${object.group}/${object.kind}/${object.namespace}/${object.name}`
    const first = places.get(key)
    if (first === undefined) objects.push(object)
    else findings.refuse(place, `is given twice: ${first} is the same object`)
    places.set(key, first ?? place)
  }
  if (!Array.isArray(document)) add(document, '', {})
  else {
    document.forEach((value, index) => {
      if (value !== null) add(value, `/${index}`, {})
    })
  }
  return objects
}

/** What the list says of its items. */
interface Implied {
  readonly apiVersion?: string | undefined
  readonly kind?: string | undefined
}

/** `items` is null where a Go client wrote an empty list. A kind of somebody's own may end in "List" as well. */
function isList(value: Record<string, unknown>): boolean {
  const { kind, items } = value
  if (kind === 'List') return true
  return typeof kind === 'string' && kind.endsWith('List') && items !== undefined
}

function eachItem(list: Fields, visit: (item: unknown, place: string) => void): void {
  const items = list.get('items') ?? []
  const place = list.at('items')
  if (!Array.isArray(items)) {
    list.refuse('items', 'must be a list')
    return
  }
  items.forEach((item, index) => {
    visit(item, `${place}/${index}`)
  })
}

/** Items of a NodeList lack kind and apiVersion; a List says nothing of its own. */
function impliedBy(list: Fields): Implied {
  const kind = list.text('kind')
  if (kind === undefined || kind === 'List') return {}
  return { apiVersion: list.text('apiVersion'), kind: kind.slice(0, -'List'.length) }
}

function identified(fields: Fields, implied: Implied, findings: Findings): KubernetesObject | undefined {
  const apiVersion = said(fields, 'apiVersion', implied.apiVersion)
  const kind = said(fields, 'kind', implied.kind)
  const metadata = fields.object('metadata')
  if (metadata === undefined && !fields.has('metadata')) fields.refuse('metadata', 'is required: an object')
  const name = metadata && said(metadata, 'name', undefined)
  const written = metadata?.text('namespace')
  if (kind === undefined || name === undefined) return undefined
  const namespace = namespaceOf(kind, written)
  findings.name(fields.pointer, objectName({ kind, namespace, name }))
  if (apiVersion === undefined) return undefined
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  return { apiVersion, group, kind, namespace, name, fields }
}

function namespaceOf(kind: string, written: string | undefined): string {
  if (CLUSTER_SCOPED.has(kind)) return ''
  return written || (NAMESPACED.has(kind) ? 'default' : '')
}

function said(fields: Fields, field: string, implied: string | undefined): string | undefined {
  const text = fields.text(field)
  if (text) return text
  if (text === undefined && implied) return implied
  if (text === '' || !fields.has(field)) fields.refuse(field, 'is required: a string')
  return undefined
}
