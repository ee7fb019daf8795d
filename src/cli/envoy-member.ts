import { isObject } from '../model/json.ts'
import { ownName } from './json-difference.ts'

/** What tells a member of a list of an Envoy message from the others, where it has no name: an endpoint, a locality. */
export function envoyMember(member: unknown): string | undefined {
  return ownName(member) ?? endpointAddress(member) ?? localityName(member)
}

function endpointAddress(member: unknown): string | undefined {
  const { address, portValue } = at(member, 'endpoint', 'address', 'socketAddress') ?? {}
  return typeof address === 'string' ? `${address}:${portValue}` : undefined
}

/** One locality may be there several times, with other priorities. */
function localityName(member: unknown): string | undefined {
  const { region, zone, subZone } = at(member, 'locality') ?? {}
  const place = [region, zone, subZone].filter(Boolean).join('/')
  if (place === '' || !isObject(member)) return undefined
  return `${place} at priority ${member.priority ?? 0}`
}

function at(value: unknown, ...path: readonly string[]): Record<string, unknown> | undefined {
  let found = value
  for (const key of path) found = isObject(found) ? found[key] : undefined
  return isObject(found) ? found : undefined
}
