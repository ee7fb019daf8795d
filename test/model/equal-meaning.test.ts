import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Part } from '../../src/model/entry.ts'
import { parsePatch } from '../../src/model/parse-patch.ts'
import { parseRoutes } from '../../src/model/parse-routes.ts'
import { parseTopology } from '../../src/model/parse-topology.ts'
import { digests, good } from './parsed-bodies.ts'

type Fields = Record<string, unknown>

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/)
const port = fc.integer({ min: 1, max: 65535 })
const zoneName = fc.constantFrom('zone-a', 'zone-b', 'zone-c')
const region = fc.constantFrom('r1', 'r2')

/** A record of which the fields after `required` may be missing. */
function some(
  required: Record<string, fc.Arbitrary<unknown>>,
  optional: Record<string, fc.Arbitrary<unknown>>,
) {
  return fc.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) })
}

function list(item: fc.Arbitrary<Fields>, key: (item: Fields) => unknown) {
  return fc.uniqueArray(item, { selector: one => String(key(one)), maxLength: 4 })
}

const endpoint = some(
  { address: fc.oneof(fc.ipV4(), fc.ipV6()), name, port },
  {
    zone: zoneName,
    region,
    node: name,
    ready: fc.constantFrom(true, false, null),
    serving: fc.boolean(),
    terminating: fc.boolean(),
    weight: fc.integer({ min: 0, max: 3 }),
    hints: some({}, { zones: fc.array(zoneName, { maxLength: 3 }), nodes: fc.array(name, { maxLength: 3 }) }),
  },
)

const trafficSettings = {
  loadBalancer: some(
    {},
    { type: fc.constantFrom('LeastRequest', 'RoundRobin'), slowStart: fc.constant({ window: '3s' }) },
  ),
  healthCheck: some(
    {},
    {
      active: some(
        {
          type: fc.constant('HTTP'),
          http: some({ path: fc.constant('/') }, { expectedStatuses: statuses() }),
        },
        { interval: fc.constantFrom('1s', '3s'), unhealthyThreshold: fc.integer({ min: 1, max: 3 }) },
      ),
      passive: some(
        {},
        { consecutive5XxErrors: fc.integer({ min: 0, max: 5 }), alwaysEjectOneEndpoint: fc.boolean() },
      ),
    },
  ),
  circuitBreaker: some({}, { maxConnections: fc.constantFrom(3, 1024), maxParallelRetries: fc.nat(3) }),
}

const share = fc.dictionary(fc.constantFrom('r1/zone-a', 'r1/zone-b', 'r2/zone-c'), fc.nat(3), { minKeys: 1 })
const locality = some(
  {},
  {
    minEndpoints: fc.integer({ min: 1, max: 3 }),
    spillover: fc.nat(100),
    failover: fc.constantFrom('nearest', 'none'),
    preferSource: fc.boolean(),
    distribute: list(
      fc.record({ from: fc.constantFrom('r1/zone-a', 'r2/zone-b'), to: share }),
      one => one.from,
    ).filter(rules => rules.every(one => Object.values(one.to as object).some(weight => weight > 0))),
  },
)

function statuses() {
  return fc.uniqueArray(fc.constantFrom(200, 204, 301), { minLength: 1 })
}

const service = some(
  { name, ports: fc.tuple(some({ port }, { name })), endpoints: list(endpoint, one => one.name) },
  {
    namespace: fc.constantFrom('default', 'team'),
    trafficDistribution: fc.constantFrom('PreferClose', 'PreferSameNode'),
    ...trafficSettings,
    locality,
    scope: fc.constantFrom('fleet', 'source'),
  },
).filter(({ endpoints }) => {
  const places = (endpoints as Fields[]).map(
    one => `${new URL(`http://${bracketed(one.address)}`).hostname} ${one.port}`,
  )
  return new Set(places).size === places.length
})

function bracketed(address: unknown): string {
  return String(address).includes(':') ? `[${address}]` : String(address)
}

const topology = fc.record({
  defaults: some({}, { locality }),
  zones: list(some({ zone: zoneName }, { region }), one => `${one.region}/${one.zone}`),
  nodes: list(
    some({ name }, { zone: zoneName, cpu: fc.constantFrom('', '4', '500m'), ready: fc.boolean() }),
    one => one.name,
  ),
  services: list(service, one => `${one.namespace ?? 'default'}/${one.name}`),
})

const valueMatches = list(some({ name, value: name }, { type: fc.constant('Exact') }), one => one.name)
const rule = some(
  {},
  {
    matches: fc.array(
      some(
        {},
        {
          path: some({}, { type: fc.constant('PathPrefix'), value: fc.constantFrom('/', '/a') }),
          headers: valueMatches,
          queryParams: valueMatches,
        },
      ),
      { maxLength: 2 },
    ),
    backendRefs: fc.array(some({ name, port }, { weight: fc.integer({ min: 0, max: 2 }) }), { maxLength: 2 }),
  },
)

const routes = fc.record({
  gateways: list(
    some(
      {
        name,
        listeners: fc
          .uniqueArray(fc.record({ name, port, protocol: fc.constant('HTTP') }), {
            selector: one => one.name,
            minLength: 1,
            maxLength: 3,
          })
          .filter(all => new Set(all.map(one => one.port)).size === all.length),
      },
      { services: fc.constantFrom('routed', 'all') },
    ),
    one => one.name,
  ),
  routes: list(
    some(
      {
        name,
        kind: fc.constant('HTTPRoute'),
        gateways: fc.uniqueArray(fc.constantFrom('edge', 'team/edge', 'inner'), { minLength: 1 }),
        rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
      },
      { hostnames: fc.uniqueArray(fc.constantFrom('a.com', 'b.com', '*.c.com')) },
    ),
    one => one.name,
  ),
})

/** Lists whose order says nothing; a rule's matches and backends have one. */
const SETS = new Set(
  'zones nodes services endpoints gateways routes listeners hostnames headers queryParams expectedStatuses'.split(
    ' ',
  ),
)

/** Defaults by the list in which they may be spelled out. */
const DEFAULTS: Record<string, Fields> = {
  nodes: { ready: true, controlPlane: false, zone: '', cpu: '' },
  services: { namespace: 'default', loadBalancer: {}, healthCheck: {}, circuitBreaker: {} },
  loadBalancer: { type: 'LeastRequest' },
  active: { timeout: '1s', interval: '3s', unhealthyThreshold: 3, healthyThreshold: 1 },
  http: { method: 'GET', expectedStatuses: [200] },
  passive: { interval: '3s', consecutive5XxErrors: 5, maxEjectionPercent: 100, alwaysEjectOneEndpoint: true },
  circuitBreaker: { maxConnections: 1024, maxRequestsPerConnection: 0 },
  endpoints: {
    ready: true,
    serving: true,
    terminating: false,
    weight: 1,
    hints: {},
    additionalAddresses: [],
  },
  gateways: { namespace: 'default', services: 'routed' },
  listeners: { address: '0.0.0.0' },
  routes: { namespace: 'default', hostnames: [] },
  rules: { matches: [{}], filters: [], backendRefs: [], timeouts: {} },
  matches: { path: { type: 'PathPrefix', value: '/' }, headers: [], queryParams: [] },
  headers: { type: 'Exact' },
  queryParams: { type: 'Exact' },
  backendRefs: { namespace: 'default', weight: 1 },
}

/** The same meaning in other words: sets and fields turned round, some defaults spelled out. */
function reworded(value: unknown, spells: () => boolean, owner = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map(item => reworded(item, spells, owner))
    return SETS.has(owner) ? items.reverse() : items
  }
  if (typeof value === 'string' && owner === 'gateways' && !value.includes('/') && spells())
    return `default/${value}`
  if (typeof value === 'string' && owner === 'address') return value.toUpperCase()
  if (typeof value !== 'object' || value === null) return value
  const spelled = Object.entries(DEFAULTS[owner] ?? {}).filter(
    ([field]) => !Object.hasOwn(value, field) && spells(),
  )
  const fields = Object.entries(value).map(([field, inner]) => [field, reworded(inner, spells, field)])
  return Object.fromEntries([...fields, ...spelled].reverse())
}

const CASES: [Part, fc.Arbitrary<Fields>, typeof parseTopology][] = [
  ['topology', topology, parseTopology],
  ['routes', routes, parseRoutes],
]

test.each(CASES)(
  '%s in other words have equal digests, whether pushed or patched',
  (part, documents, parse) => {
    fc.assert(
      fc.property(documents, fc.infiniteStream(fc.boolean()), (document, choices) => {
        const other = reworded(document, () => choices.next().value === true)
        const pushed = digests(good(parse(document)))
        expect(digests(good(parse(other)))).toEqual(pushed)
        expect(digests(good(parsePatch(part, { upsert: other })))).toEqual(pushed)
      }),
      { numRuns: 200 },
    )
  },
)

test.each(CASES)('what is stored of %s can be pushed again, and is the same', (part, documents, parse) => {
  fc.assert(
    fc.property(documents, document => {
      const { entries } = good(parse(document))
      const of = (kind: string) => entries.filter(one => one.kind === kind).map(one => JSON.parse(one.body))
      const upsert =
        part === 'topology'
          ? {
              defaults: of('Defaults')[0],
              zones: of('Zone'),
              nodes: of('Node'),
              services: of('Service'),
              endpoints: of('Endpoints'),
            }
          : { gateways: of('Gateway'), routes: of('HTTPRoute') }
      expect(digests(good(parsePatch(part, { upsert })))).toEqual(digests({ entries }))
    }),
    { numRuns: 100 },
  )
})
