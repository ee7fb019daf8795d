import type { Parsed, Problem } from '../model/problem.ts'
import { Findings } from './findings.ts'
import { convertGateways } from './gateway.ts'
import { readGatewayClasses } from './gateway-class.ts'
import { byKind, type ObjectsByKind } from './kinds.ts'
import { convertNamespaces } from './namespace.ts'
import { objectsOf } from './object-list.ts'
import { type ConvertedList, splitPointer } from './origin.ts'
import { convertReferenceGrants } from './reference-grant.ts'
import { convertRoutes } from './route.ts'
import { convertTopology } from './topology.ts'

/** A Kubernetes document as what a source pushes natively. */
export interface KubernetesSnapshot {
  /** Native documents, plain JSON values, for `parseSnapshot`. */
  readonly snapshot: { readonly topology: object; readonly routes: object }
  /**
   * Which of the two parts the document has objects of. A Namespace or a GatewayClass alone is none of routes: every
   * cluster has some, and a push of them must not be taken for one of routes.
   */
  readonly has: { readonly topology: boolean; readonly routes: boolean }
  /** How many services are left without endpoints because the document has no EndpointSlice at all. */
  readonly withoutSlices: number
  /**
   * From a pointer into the native snapshot (/topology/services/3/endpoints/0/address) to the place in the Kubernetes
   * document that it came from.
   */
  locate(pointer: string): string
  /** From what is said of the native snapshot to the same of the Kubernetes document, with the object's name. */
  located(problem: Problem): Problem
}

/**
 * What the objects of a document mean: a `List` or what the API server answers (NodeList), one object, an array of
 * those (the documents of a YAML file). Warnings name what is left out or taken in another way than it was meant.
 * Problems are what no cluster answers: objects without a name, one object twice, fields of a wrong type.
 */
export function kubernetesSnapshot(document: unknown): Parsed<KubernetesSnapshot> {
  const findings = new Findings()
  const objects = byKind(objectsOf(document, findings), findings)
  const lists = convertedLists(objects)
  const named = (problem: Problem) => findings.named(problem)
  if (findings.problems.length > 0) return { ok: false, problems: findings.problems.map(named) }
  const value: KubernetesSnapshot = {
    snapshot: { topology: partDocument(lists, '/topology'), routes: partDocument(lists, '/routes') },
    has: {
      topology: ['Node', 'Service', 'EndpointSlice'].some(kind => isThere(objects, kind)),
      routes: ['Gateway', 'HTTPRoute', 'GRPCRoute', 'ReferenceGrant'].some(kind => isThere(objects, kind)),
    },
    withoutSlices: isThere(objects, 'EndpointSlice') ? 0 : (lists['/topology/services']?.items.length ?? 0),
    locate: pointer => locate(lists, pointer),
    located: ({ pointer, detail }) => named({ pointer: locate(lists, pointer), detail }),
  }
  return { ok: true, value, warnings: findings.warnings.map(named) }
}

/** Lists of native items by their place in the snapshot. */
type Lists = Readonly<Record<string, ConvertedList>>

function convertedLists(objects: ObjectsByKind): Lists {
  const { zones, nodes, services } = convertTopology(objects)
  const isClassThere = readGatewayClasses(objects.GatewayClass)
  return {
    '/topology/zones': zones,
    '/topology/nodes': nodes,
    '/topology/services': services,
    '/routes/gateways': convertGateways(objects.Gateway, isClassThere),
    '/routes/routes': convertRoutes([...objects.HTTPRoute, ...objects.GRPCRoute]),
    '/routes/namespaces': convertNamespaces(objects.Namespace),
    '/routes/referenceGrants': convertReferenceGrants(objects.ReferenceGrant),
  }
}

function partDocument(lists: Lists, part: string): object {
  const own = Object.entries(lists).filter(([place, { items }]) => place.startsWith(part) && items.length > 0)
  return Object.fromEntries(own.map(([place, { items }]) => [place.slice(part.length + 1), items]))
}

function isThere(objects: ObjectsByKind, kind: string): boolean {
  return objects[kind as keyof ObjectsByKind].length > 0
}

/** The document itself where nothing more is known. */
function locate(lists: Lists, pointer: string): string {
  const place = splitPointer(pointer)
  const origin = place && lists[place.list]?.origins[place.index]
  return origin === undefined || place === undefined ? '' : origin(place.rest)
}
