import type { Content } from './content.ts'
import { ContentDraft } from './content-draft.ts'
import { normalGateway, normalHttpRoute } from './normal-routes.ts'
import type { Parsed, Path } from './problem.ts'
import { gateway, type HTTPRoute, route, routes } from './routes.ts'

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
}

function addGateway(draft: ContentDraft, item: unknown, path: Path): void {
  const isFirst = draft.reserveAsWritten('Gateway', item, path)
  const parsed = draft.parse('gateway', gateway, item, path)
  if (parsed === undefined || !isFirst) return
  const body = normalGateway(parsed)
  draft.add({ kind: 'Gateway', namespace: body.namespace, name: body.name }, body, path)
}

function addRoute(draft: ContentDraft, item: unknown, path: Path): void {
  const isFirst = draft.reserveAsWritten('HTTPRoute', item, path)
  const parsed = draft.parse('route', route, item, path)
  if (parsed === undefined || !isFirst) return
  const body = normalHttpRoute(parsed)
  draft.add({ kind: 'HTTPRoute', namespace: body.namespace, name: body.name }, body, path)
  referToBackends(draft, body.rules, [...path, 'rules'])
  parsed.gateways.forEach((name, index) => {
    draft.referToGateway(name, [...path, 'gateways', index])
  })
}

function referToBackends(draft: ContentDraft, rules: HTTPRoute['rules'], path: Path): void {
  rules.forEach((rule, ruleIndex) => {
    rule.backendRefs?.forEach(({ namespace, name, port }, index) => {
      draft.refer({ namespace, name, port }, [...path, ruleIndex, 'backendRefs', index])
    })
  })
}
