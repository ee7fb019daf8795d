import type { Entry, Part } from '../model/entry.ts'
import { compare } from '../model/order.ts'

/**
 * The pushed form of a part's entries, as pieces of JSON text: the part of a large fleet is megabytes, and nobody
 * should build, or wait for, all of it at once. Entries come sorted by kind, namespace and name.
 */
export function* partDocument(part: Part, entries: readonly Entry[]): Generator<string> {
  const of = (kind: Entry['kind']) => entries.filter(entry => entry.kind === kind)
  yield '{'
  if (part === 'topology') {
    for (const { body } of of('Defaults')) yield `"defaults":${body},`
    yield* list('zones', bodies(of('Zone')))
    yield ','
    yield* list('nodes', bodies(of('Node')))
    yield ','
    yield* list('services', services(of('Service'), of('Endpoints')))
  } else {
    yield* list('gateways', bodies(of('Gateway')))
    yield ','
    yield* list('routes', bodies([...of('GRPCRoute'), ...of('HTTPRoute')]))
    yield* listIfAny('namespaces', of('Namespace'))
    yield* listIfAny('referenceGrants', of('ReferenceGrant'))
  }
  yield '}'
}

export function* snapshotDocument(topology: readonly Entry[], routes: readonly Entry[]): Generator<string> {
  yield '{"topology":'
  yield* partDocument('topology', topology)
  yield ',"routes":'
  yield* partDocument('routes', routes)
  yield '}'
}

function* list(name: string, items: Iterable<string>): Generator<string> {
  yield `"${name}":[`
  let separator = ''
  for (const item of items) {
    yield separator + item
    separator = ','
  }
  yield ']'
}

/** What few sources have: those that do not are not told of it. */
function* listIfAny(name: string, entries: readonly Entry[]): Generator<string> {
  if (entries.length === 0) return
  yield ','
  yield* list(name, bodies(entries))
}

function* bodies(entries: readonly Entry[]): Generator<string> {
  for (const entry of entries) yield entry.body
}

/**
 * A service is stored as its settings and its endpoints; pushers send, and get, both as one. A patch may bring
 * endpoints whose settings are still to come: Envoys are served them, so they are shown.
 */
function* services(settings: readonly Entry[], endpoints: readonly Entry[]): Generator<string> {
  let next = 0
  for (const service of settings) {
    for (; next < endpoints.length && order(endpoints[next] as Entry, service) < 0; next++)
      yield (endpoints[next] as Entry).body
    const own = endpoints[next]
    if (own !== undefined && order(own, service) === 0) {
      next++
      yield JSON.stringify({ ...JSON.parse(service.body), ...JSON.parse(own.body) })
    } else yield service.body
  }
  for (const rest of endpoints.slice(next)) yield rest.body
}

function order(a: Entry, b: Entry): number {
  return compare(a.namespace, b.namespace) || compare(a.name, b.name)
}
