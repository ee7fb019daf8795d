import { gzipSync } from 'node:zlib'

/** One thing that a pusher must not get away with. */
export interface BadCall {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
  /** The statuses that are right; a 4xx in any case. */
  readonly statuses: readonly number[]
  /** The problem document must name this place (JSON pointer); undefined: it need not name any. */
  readonly pointer: string | undefined
}

const TOPOLOGY = '/v1/sources/bad/topology'
const ROUTES = '/v1/sources/bad/routes'
const JSON_TYPE = { 'content-type': 'application/json' }

const endpoint = { address: '10.0.0.1', port: 80 }
const service = { name: 'svc', ports: [{ port: 80 }], endpoints: [endpoint] }
const gateway = { name: 'edge', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] }
const rule = { backendRefs: [{ name: 'svc', port: 80 }] }
const route = { name: 'r', kind: 'HTTPRoute', gateways: ['edge'], rules: [rule] }

const invalid = (path: string) => (name: string, document: unknown, pointer: string) => ({
  ...call(name, 'PUT', path, JSON.stringify(document)),
  statuses: [422],
  pointer,
})
const topology = invalid(TOPOLOGY)
const routes = invalid(ROUTES)
const ofService = (name: string, fields: object, pointer: string) =>
  topology(name, { services: [{ ...service, ...fields }] }, `/services/0${pointer}`)
const ofEndpoint = (name: string, fields: object, pointer: string) =>
  ofService(name, { endpoints: [{ ...endpoint, ...fields }] }, `/endpoints/0${pointer}`)
const ofRoute = (name: string, fields: object, pointer: string) =>
  routes(name, { gateways: [gateway], routes: [{ ...route, ...fields }] }, `/routes/0${pointer}`)
const ofMatch = (name: string, match: object, pointer: string) =>
  ofRoute(name, { rules: [{ ...rule, matches: [match] }] }, `/rules/0/matches/0${pointer}`)
const ofListener = (name: string, fields: object, pointer: string) => {
  const listeners = [{ ...gateway.listeners[0], ...fields }]
  return routes(name, { gateways: [{ ...gateway, listeners }] }, `/gateways/0/listeners/0${pointer}`)
}

function call(
  name: string,
  method: string,
  path: string,
  body?: string | Uint8Array,
  headers = JSON_TYPE as object,
) {
  return {
    name,
    method,
    path,
    body,
    headers: { ...headers } as Record<string, string>,
    statuses: [400],
    pointer: undefined,
  }
}

/** Deeper than any parser's patience, yet small. */
const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth)
const long = (length: number) => 'a'.repeat(length)

export const BAD_CALLS: readonly BadCall[] = [
  // Not JSON, or not what was announced.
  call('empty body', 'PUT', TOPOLOGY, ''),
  call('broken JSON', 'PUT', TOPOLOGY, '{"services": ['),
  call('trailing comma', 'PUT', TOPOLOGY, '{"services": [],}'),
  call('two documents', 'PUT', TOPOLOGY, '{}{}'),
  call('NaN', 'PUT', TOPOLOGY, '{"services": NaN}'),
  call('wrong UTF-8', 'PUT', TOPOLOGY, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
  call(
    'wrong UTF-8 in a value',
    'PUT',
    TOPOLOGY,
    Buffer.concat([Buffer.from('{"zones":[{"zone":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}]}')]),
  ),
  { ...call('deep arrays', 'PUT', TOPOLOGY, nested('[', ']', 200_000)), statuses: [400, 422] },
  {
    ...call('deep objects', 'PUT', TOPOLOGY, `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
    statuses: [400, 422],
  },
  {
    ...call('deep inside a field', 'PUT', TOPOLOGY, `{"services":${nested('[', ']', 50_000)}}`),
    statuses: [400, 422],
  },
  {
    ...call('zip bomb', 'PUT', TOPOLOGY, gzipSync(Buffer.alloc(256 * 2 ** 20, 0x20)), {
      ...JSON_TYPE,
      'content-encoding': 'gzip',
    }),
    statuses: [413],
  },
  call('not gzip', 'PUT', TOPOLOGY, '{"services": []}', { ...JSON_TYPE, 'content-encoding': 'gzip' }),
  call('half a gzip', 'PUT', TOPOLOGY, gzipSync('{"services": []}').subarray(0, 20), {
    ...JSON_TYPE,
    'content-encoding': 'gzip',
  }),
  { ...call('too large', 'PUT', TOPOLOGY, Buffer.alloc(65 * 2 ** 20, 0x20)), statuses: [413] },
  {
    ...call('YAML', 'PUT', TOPOLOGY, 'services: []', { 'content-type': 'application/yaml' }),
    statuses: [415],
  },
  { ...call('no content type', 'PUT', TOPOLOGY, '{}', {}), statuses: [415] },
  {
    ...call('unknown encoding', 'PUT', TOPOLOGY, '{}', { ...JSON_TYPE, 'content-encoding': 'br' }),
    statuses: [415],
  },

  // Calls that do not exist, or not in this state.
  { ...call('unknown path', 'PUT', '/v1/sources/bad/topologies', '{}'), statuses: [404] },
  { ...call('wrong method', 'POST', TOPOLOGY, '{}'), statuses: [405] },
  { ...call('patch before any put', 'PATCH', TOPOLOGY, '{"upsert":{"services":[]}}'), statuses: [409] },
  {
    ...call('If-Match of something else', 'PUT', TOPOLOGY, '{}', { ...JSON_TYPE, 'if-match': '"abc"' }),
    statuses: [412],
  },
  {
    ...call('a source name in capitals', 'PUT', '/v1/sources/Bad_Source/topology', '{}'),
    statuses: [400, 404, 422],
  },
  {
    ...call('a source name that is too long', 'PUT', `/v1/sources/${long(300)}/topology`, '{}'),
    statuses: [400, 404, 422],
  },
  { ...call('restore of nothing', 'POST', '/v1/revisions/999999/restore', '{}'), statuses: [404, 410] },
  { ...call('restore of no number', 'POST', '/v1/revisions/first/restore', '{}'), statuses: [400, 404, 422] },
  { ...call('revision that is no number', 'GET', `${TOPOLOGY}?revision=x`), statuses: [400, 422] },
  { ...call('a limit below zero', 'GET', '/v1/revisions?limit=-1'), statuses: [400, 422] },

  // Wrong types at the top.
  topology('an array', [], ''),
  topology('a string', 'services', ''),
  topology('null', null, ''),
  topology('an unknown field', { service: [] }, '/service'),
  topology('services as an object', { services: {} }, '/services'),
  topology('a service as null', { services: [null] }, '/services/0'),

  // Services and endpoints.
  ofService('a service without a name', { name: undefined }, '/name'),
  ofService('a service name in capitals', { name: 'Svc' }, '/name'),
  ofService('a service name that is too long', { name: long(64) }, '/name'),
  ofService('a namespace with a slash', { namespace: 'a/b' }, '/namespace'),
  ofService('an unknown trafficDistribution', { trafficDistribution: 'PreferMoon' }, '/trafficDistribution'),
  ofService('a misspelt field', { conectTimeout: '1s' }, '/conectTimeout'),
  ofService('a bad duration', { connectTimeout: '1 second' }, '/connectTimeout'),
  ofService('no ports in a list', { ports: [] }, '/ports'),
  ofService('port 0', { ports: [{ port: 0 }] }, '/ports/0/port'),
  ofService('port 65536', { ports: [{ port: 65_536 }] }, '/ports/0/port'),
  ofService('a port as text', { ports: [{ port: '80' }] }, '/ports/0/port'),
  ofService(
    'a port twice',
    {
      ports: [
        { name: 'a', port: 80 },
        { name: 'b', port: 80 },
      ],
      endpoints: [],
    },
    '/ports/1/port',
  ),
  topology('a service twice', { services: [service, service] }, '/services/1'),
  ofEndpoint('a hostname as address', { address: 'example.com' }, '/address'),
  ofEndpoint('an address out of range', { address: '10.0.0.256' }, '/address'),
  ofEndpoint('an address as a number', { address: 167_772_161 }, '/address'),
  ofEndpoint('a fraction as port', { port: 80.5 }, '/port'),
  ofEndpoint('a huge port', { port: 1e300 }, '/port'),
  ofEndpoint('a negative weight', { weight: -1 }, '/weight'),
  ofEndpoint('a weight of 2^31', { weight: 2 ** 31 }, '/weight'),
  ofEndpoint('ready as text', { ready: 'true' }, '/ready'),
  ofEndpoint('a zone with a slash', { zone: 'r1/zone-a' }, '/zone'),
  ofEndpoint('hints as a list', { hints: ['zone-a'] }, '/hints'),
  ofService('an endpoint twice', { endpoints: [endpoint, endpoint] }, '/endpoints/1/address'),
  topology('capacity 0', { zones: [{ zone: 'zone-a', capacity: 0 }] }, '/zones/0/capacity'),
  topology('an empty zone name', { zones: [{ zone: '' }] }, '/zones/0/zone'),
  topology('a bad CPU quantity', { nodes: [{ name: 'n', cpu: 'four' }] }, '/nodes/0/cpu'),
  ofService('what is not supported yet', { topologyMode: 'Auto' }, '/topologyMode'),

  // Gateways and routes.
  ofListener('a listener protocol that is not supported', { protocol: 'TCP' }, '/protocol'),
  ofListener('a listener on a hostname', { address: 'localhost' }, '/address'),
  ofListener('a listener on port 70000', { port: 70_000 }, '/port'),
  routes(
    'a gateway without listeners',
    { gateways: [{ name: 'edge', listeners: [] }] },
    '/gateways/0/listeners',
  ),
  ofRoute('another kind of route', { kind: 'TCPRoute' }, '/kind'),
  ofRoute('a hostname with a wildcard inside', { hostnames: ['www.*.com'] }, '/hostnames/0'),
  ofRoute('a hostname that is an address', { hostnames: ['10.0.0.1'] }, '/hostnames/0'),
  ofRoute('no rules', { rules: [] }, '/rules'),
  ofRoute('17 rules', { rules: Array(17).fill(rule) }, '/rules'),
  ofMatch('a path without its slash', { path: { type: 'Exact', value: 'x' } }, '/path/value'),
  ofMatch('a path type that does not exist', { path: { type: 'Suffix', value: '/x' } }, '/path/type'),
  ofMatch(
    'an expression that does not compile',
    { path: { type: 'RegularExpression', value: '/(' } },
    '/path/value',
  ),
  ofMatch(
    'a look-behind, which RE2 lacks',
    { headers: [{ name: 'x', type: 'RegularExpression', value: '(?<=a)b' }] },
    '/headers/0/value',
  ),
  ofMatch('a header name with a blank', { headers: [{ name: 'x y', value: '1' }] }, '/headers/0/name'),
  ofMatch('a method in small letters', { method: 'get' }, '/method'),
  ofRoute(
    'a filter that is not supported',
    { rules: [{ ...rule, filters: [{ type: 'URLRewrite', urlRewrite: {} }] }] },
    '/rules/0/filters/0/type',
  ),
  ofRoute(
    'a weight above a million',
    { rules: [{ backendRefs: [{ name: 'svc', port: 80, weight: 1_000_001 }] }] },
    '/rules/0/backendRefs/0/weight',
  ),
  ofRoute(
    'a timeout in words',
    { rules: [{ ...rule, timeouts: { request: 'soon' } }] },
    '/rules/0/timeouts/request',
  ),
  ofRoute(
    'backendRequest longer than request',
    { rules: [{ ...rule, timeouts: { request: '1s', backendRequest: '2s' } }] },
    '/rules/0/timeouts/backendRequest',
  ),
]
