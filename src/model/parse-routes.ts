import type { Content } from './content.ts'
import { ContentDraft } from './content-draft.ts'
import { gateway } from './gateway.ts'
import { isObject } from './json.ts'
import { normalGateway, normalNamespace, normalReferenceGrant } from './normal-gateway.ts'
import { normalGrpcRoute, normalHttpRoute } from './normal-routes.ts'
import { type Parsed, type Path, pointer } from './problem.ts'
import { namespace, referenceGrant } from './reference-grant.ts'
import { parentReference } from './route-references.ts'
import { route, routes } from './routes.ts'

/** Routes as they were pushed, to entries; or all that is wrong with them. `value` comes from `parseJson`. */
export function parseRoutes(value: unknown): Parsed<Content> {
  const draft = new ContentDraft()
  addRoutes(draft, value, [])
  return draft.finish(draft.content())
}

export function addRoutes(draft: ContentDraft, value: unknown, path: Path): void {
  const lists = draft.object('routes', value, Object.keys(routes.shape), path)
  if (lists === undefined) return
  draft.each(lists.gateways, [...path, 'gateways'], (item, at) => addGateway(draft, item, at))
  draft.each(lists.routes, [...path, 'routes'], (item, at) => addRoute(draft, item, at))
  draft.each(lists.namespaces, [...path, 'namespaces'], (item, at) => addNamespace(draft, item, at))
  draft.each(lists.referenceGrants, [...path, 'referenceGrants'], (item, at) => addGrant(draft, item, at))
}

function addGateway(draft: ContentDraft, item: unknown, path: Path): void {
  const isFirst = draft.reserveAsWritten('Gateway', item, path)
  const parsed = draft.parse('gateway', gateway, item, path)
  if (parsed === undefined || !isFirst) return
  const body = normalGateway(parsed)
  draft.add({ kind: 'Gateway', namespace: body.namespace, name: body.name }, body, path)
  draft.placeGateway({ gateway: `${body.namespace}/${body.name}`, pointer: pointer(path) })
}

function addRoute(draft: ContentDraft, item: unknown, path: Path): void {
  const kind = isObject(item) && item.kind === 'GRPCRoute' ? 'GRPCRoute' : 'HTTPRoute'
  const isFirst = draft.reserveAsWritten(kind, item, path)
  const parsed = draft.parse('route', route, item, path)
  if (parsed === undefined || !isFirst) return
  const body = parsed.kind === 'GRPCRoute' ? normalGrpcRoute(parsed) : normalHttpRoute(parsed)
  const { namespace, name } = body
  draft.add({ kind, namespace, name }, body, path)
  const gateways = parsed.gateways.map((reference, index) => ({
    reference: parentReference(reference),
    pointer: pointer([...path, 'gateways', index]),
  }))
  const rules = pointer([...path, 'rules'])
  draft.placeRoute({ kind, namespace, name, pointer: pointer(path), gateways, rules })
}

function addNamespace(draft: ContentDraft, item: unknown, path: Path): void {
  const parsed = draft.parse('namespace', namespace, item, path)
  if (parsed === undefined) return
  const key = { kind: 'Namespace', namespace: '', name: parsed.name } as const
  if (draft.reserve(key, path)) draft.add(key, normalNamespace(parsed), path)
}

function addGrant(draft: ContentDraft, item: unknown, path: Path): void {
  const isFirst = draft.reserveAsWritten('ReferenceGrant', item, path)
  const parsed = draft.parse('referenceGrant', referenceGrant, item, path)
  if (parsed === undefined || !isFirst) return
  const body = normalReferenceGrant(parsed)
  draft.add({ kind: 'ReferenceGrant', namespace: body.namespace, name: body.name }, body, path)
}
