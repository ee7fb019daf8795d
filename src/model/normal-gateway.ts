import type { z } from 'zod'
import { type AllowedRoutes, GATEWAY_GROUP, type Gateway, type gateway, type Listener } from './gateway.ts'
import type { Labels } from './label-selector.ts'
import { DEFAULT_LISTENER_ADDRESS } from './listener-address.ts'
import { canonicalAddress } from './names.ts'
import { byName, compare } from './order.ts'
import type { Namespace, ReferenceGrant, referenceGrant } from './reference-grant.ts'

/** The one form of gateways, and of what says who may attach and refer: as `normal-topology.ts` has it. */

export function normalGateway(parsed: z.output<typeof gateway>): Gateway {
  const { namespace = 'default', name, services, listeners } = parsed
  return {
    namespace,
    name,
    ...(services === 'all' && { services }),
    listeners: listeners.map(normalListener).sort(byName),
  }
}

function normalListener(parsed: Listener): Listener {
  const { name, address, port, protocol, hostname, allowedRoutes } = parsed
  const canonical = address && canonicalAddress(address)
  const allowed = allowedRoutes && normalAllowed(allowedRoutes)
  return {
    name,
    ...(canonical && canonical !== DEFAULT_LISTENER_ADDRESS && { address: canonical }),
    port,
    protocol,
    ...(hostname && { hostname }),
    ...(allowed && Object.keys(allowed).length > 0 && { allowedRoutes: allowed }),
  }
}

function normalAllowed({ namespaces, kinds = [] }: AllowedRoutes): AllowedRoutes {
  return {
    ...(namespaces && namespaces.from !== 'All' && { namespaces }),
    ...(kinds.length > 0 && { kinds: sortedByText(kinds.map(normalKind)) }),
  }
}

function normalKind({ group = GATEWAY_GROUP, kind }: { group?: string | undefined; kind: string }) {
  return { ...(group !== GATEWAY_GROUP && { group }), kind }
}

export function normalNamespace({ name, labels = {} }: Namespace): Namespace {
  return { name, ...(Object.keys(labels).length > 0 && { labels: sortedLabels(labels) }) }
}

function sortedLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => compare(a, b)))
}

export function normalReferenceGrant(parsed: z.output<typeof referenceGrant>): ReferenceGrant {
  const { namespace = 'default', name, from, to } = parsed
  return {
    namespace,
    name,
    from: sortedByText(
      from.map(one => ({ ...(one.group && { group: one.group }), kind: one.kind, namespace: one.namespace })),
    ),
    to: sortedByText(
      to.map(one => ({
        ...(one.group && { group: one.group }),
        kind: one.kind,
        ...(one.name && { name: one.name }),
      })),
    ),
  }
}

function sortedByText<T extends object>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b)))
}
