import type { HeaderModifier } from '../../model/http-header.ts'

/** What a modifier of requests and one of responses are in an Envoy route, and in a weighted cluster. */
export function headerFields({
  requestHeaders = {},
  responseHeaders = {},
}: {
  readonly requestHeaders?: HeaderModifier | undefined
  readonly responseHeaders?: HeaderModifier | undefined
}): object {
  const request = headerOptions(requestHeaders)
  const response = headerOptions(responseHeaders)
  return {
    ...(request.length > 0 && { requestHeadersToAdd: request }),
    ...(requestHeaders.remove && { requestHeadersToRemove: requestHeaders.remove }),
    ...(response.length > 0 && { responseHeadersToAdd: response }),
    ...(responseHeaders.remove && { responseHeadersToRemove: responseHeaders.remove }),
  }
}

/**
 * Both modifiers as one, the second after the first. Envoy removes before it adds, and of a route and its weighted
 * clusters it applies the route's last: what a backendRef sets must be said in one place with what its rule sets.
 */
export function inSequence(
  first: HeaderModifier | undefined,
  second: HeaderModifier | undefined,
): HeaderModifier | undefined {
  if (first === undefined || second === undefined) return first ?? second
  const later = new Set(
    [...(second.set ?? []).map(({ name }) => name), ...(second.remove ?? [])].map(name => name.toLowerCase()),
  )
  const stays = ({ name }: { name: string }) => !later.has(name.toLowerCase())
  return {
    set: [...(first.set ?? []).filter(stays), ...(second.set ?? [])],
    add: [...(first.add ?? []).filter(stays), ...(second.add ?? [])],
    remove: [...(first.remove ?? []), ...(second.remove ?? [])],
  }
}

function headerOptions({ set = [], add = [] }: HeaderModifier): object[] {
  return [
    ...set.map(header => headerOption(header, 'OVERWRITE_IF_EXISTS_OR_ADD')),
    ...add.map(header => headerOption(header, 'APPEND_IF_EXISTS_OR_ADD')),
  ]
}

function headerOption({ name, value }: { name: string; value: string }, appendAction: string): object {
  return { header: { key: name, value: literalFormat(value) }, appendAction }
}

/** Envoy formats values (`%REQ(…)%`); the Gateway API does not, so a percent sign is doubled. */
export function literalFormat(value: string): string {
  return value.replaceAll('%', '%%')
}
