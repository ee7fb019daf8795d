import type { Entry, Part } from '../model/entry.ts'

/**
 * The pushed form of a part's entries, as pieces of JSON text: the part of a large fleet is megabytes, and nobody
 * should build, or wait for, all of it at once. Entries come sorted by kind, namespace and name.
 */
export function* partDocument(part: Part, entries: readonly Entry[]): Generator<string> {
  const of = (kind: Entry['kind']) => entries.filter(entry => entry.kind === kind)
  yield '{'
  if (part === 'topology') {
    yield* list('zones', bodies(of('Zone')))
    yield ','
    yield* list('nodes', bodies(of('Node')))
    yield ','
    yield* list('services', services(of('Service'), of('Endpoints')))
  } else {
    yield* list('gateways', bodies(of('Gateway')))
    yield ','
    yield* list('routes', bodies(of('HTTPRoute')))
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

function* bodies(entries: readonly Entry[]): Generator<string> {
  for (const entry of entries) yield entry.body
}

/** A service is stored as its settings and its endpoints; pushers send, and get, both as one. */
function* services(settings: readonly Entry[], endpoints: readonly Entry[]): Generator<string> {
  const byService = new Map(endpoints.map(entry => [`${entry.namespace}/${entry.name}`, entry]))
  for (const service of settings) {
    const own = byService.get(`${service.namespace}/${service.name}`)
    yield own ? JSON.stringify({ ...JSON.parse(service.body), ...JSON.parse(own.body) }) : service.body
  }
}
