import { isIP } from 'node:net'
import type { z } from 'zod'
import { isHttp2Protocol, isKnownProtocol } from './app-protocol.ts'
import type { ContentDraft } from './content-draft.ts'
import { checkEndpoints, type DeclaredPorts } from './endpoint-checks.ts'
import type { EntryKey } from './entry.ts'
import { isObject } from './json.ts'
import { isLaterAppProtocol } from './later.ts'
import { canonicalAddress } from './names.ts'
import { normalEndpoint, normalService } from './normal-topology.ts'
import { byName } from './order.ts'
import { isPlainEndpoint, isPlainName } from './plain-endpoint.ts'
import type { Path } from './problem.ts'
import { type Endpoint, endpoint, endpoints, type Service, serviceSettings } from './topology.ts'
import { checkZoneReferences } from './zone-references.ts'

/**
 * A service becomes an entry of its settings and one of its endpoints; where it has none there is no second entry.
 * Returns the key of that one when the service says that it has none: in a patch it goes (a patched service without
 * the field `endpoints` leaves those that stand).
 */
export function addService(draft: ContentDraft, item: unknown, path: Path): EntryKey | undefined {
  if (!isObject(item)) {
    draft.refuse(path, 'must be an object: a service')
    return undefined
  }
  const { endpoints: list, ...rest } = item
  const isFirst = draft.reserveAsWritten('Service', item, path)
  if (isFirst && list !== undefined) draft.reserveAsWritten('Endpoints', item, path)
  const settings = draft.parse('service', serviceSettings, rest, path)
  // Of settings that are wrong the ports are not known.
  const declared = settings === undefined ? 'unknown' : (settings.ports ?? 'implied')
  const parsed = parseEndpoints(draft, list, declared, [...path, 'endpoints'])
  if (settings === undefined || !isFirst) return undefined
  checkZoneReferences(draft, settings.locality, [...path, 'locality'])
  const service = normalService(settings)
  warnOfProtocols(draft, settings, path)
  warnOfChecks(draft, settings, path)
  draft.add({ kind: 'Service', namespace: service.namespace, name: service.name }, service, path)
  const implied = parsed.slice(0, 1).flatMap(({ port }) => port ?? [])
  for (const port of service.ports?.map(one => one.port) ?? implied) draft.bring(service, port)
  const key = addEndpointsEntry(draft, service, parsed, path)
  return list === undefined ? undefined : key
}

/** Endpoints on their own, as a patch may bring them. Returns the key of their entry when there are none. */
export function addEndpoints(draft: ContentDraft, item: unknown, path: Path): EntryKey | undefined {
  const lists = draft.object('endpoints', item, Object.keys(endpoints.shape), path)
  if (lists === undefined) return undefined
  const { namespace, name, endpoints: list } = lists
  const isFirst = draft.reserveAsWritten('Endpoints', lists, path)
  const given = { namespace, name }
  const owner = isPlainName(given) ? given : draft.parse('endpoints', ownerOfEndpoints, given, path)
  if (list === undefined) draft.refuse([...path, 'endpoints'], 'is required: a list')
  const parsed = parseEndpoints(draft, list, 'unknown', [...path, 'endpoints'])
  if (owner === undefined || !isFirst) return undefined
  return addEndpointsEntry(draft, { namespace: owner.namespace ?? 'default', name: owner.name }, parsed, path)
}

const ownerOfEndpoints = endpoints.pick({ namespace: true, name: true })

function parseEndpoints(draft: ContentDraft, list: unknown, declared: DeclaredPorts, path: Path): Endpoint[] {
  const all: (Endpoint | undefined)[] = []
  draft.each(list, path, (item, at) => {
    const parsed = isPlainEndpoint(item) ? item : draft.parse('endpoint', endpoint, item, at)
    if (parsed?.additionalAddresses !== undefined) checkAdditional(draft, parsed, at)
    if (parsed?.terminating && parsed.ready === undefined) draft.warn([...at, 'ready'], STILL_READY)
    all.push(parsed && normalEndpoint(parsed))
  })
  checkEndpoints(draft, declared, all, path)
  return all.filter(one => one !== undefined)
}

/** kube-proxy takes `ready` at its word, and as true when it is not said (pkg/proxy, topology.go). */
const STILL_READY =
  'counts as true though the endpoint is terminating, as in kube-proxy: it goes on getting requests; false drains it'

/** Kubernetes' dual stack: addresses of the other family than the first. */
function checkAdditional(draft: ContentDraft, parsed: z.output<typeof endpoint>, path: Path): void {
  const others = (parsed.additionalAddresses ?? []).map(canonicalAddress)
  others.forEach((address, index) => {
    const at = [...path, 'additionalAddresses', index]
    if (isIP(address) === isIP(parsed.address)) {
      draft.refuse(at, `must be of the other family (IPv4, IPv6) than ${parsed.address}`)
    } else if (others.indexOf(address) < index) draft.refuse(at, `is given twice: ${address}`)
  })
}

function addEndpointsEntry(
  draft: ContentDraft,
  { namespace, name }: { namespace: string; name: string },
  list: Endpoint[],
  path: Path,
): EntryKey | undefined {
  const key: EntryKey = { kind: 'Endpoints', namespace, name }
  if (list.length === 0) return key
  list.sort(byName)
  draft.add(key, { namespace, name, endpoints: list }, path)
  return undefined
}

function warnOfProtocols(draft: ContentDraft, { ports = [] }: Pick<Service, 'ports'>, path: Path): void {
  ports.forEach(({ appProtocol }, index) => {
    if (appProtocol === undefined || isKnownProtocol(appProtocol)) return
    const protocol = JSON.stringify(appProtocol)
    const detail = isLaterAppProtocol(appProtocol)
      ? `is not supported yet: ${protocol} (Vicinity cannot speak TLS to endpoints); routes to this port are answered 500`
      : `is not a protocol that Vicinity knows (${protocol}): treated as HTTP/1.1`
    draft.warn([...path, 'ports', index, 'appProtocol'], detail)
  })
}

/** What Envoy would refuse is not sent, and what has no effect is said. */
function warnOfChecks(
  draft: ContentDraft,
  { ports = [], healthCheck: { active, passive } = {} }: Pick<Service, 'ports' | 'healthCheck'>,
  path: Path,
): void {
  if (passive?.consecutiveLocalOriginFailures !== undefined && !passive.splitExternalLocalOriginErrors) {
    const at = [...path, 'healthCheck', 'passive', 'consecutiveLocalOriginFailures']
    draft.warn(at, 'has no effect without splitExternalLocalOriginErrors: true')
  }
  if (active?.type !== 'GRPC') return
  ports.forEach(({ port, appProtocol }, index) => {
    if (appProtocol === undefined || isHttp2Protocol(appProtocol)) return
    const protocol = JSON.stringify(appProtocol)
    const detail = `is not spoken to in HTTP/2 (${protocol}): endpoints of port ${port} are not checked by gRPC`
    draft.warn([...path, 'ports', index, 'appProtocol'], detail)
  })
}
