import { expect, test } from 'vitest'
import { parseJson } from '../../src/model/json.ts'
import { parseTopology } from '../../src/model/parse-topology.ts'

/** Pointers of all problems of a topology, pushed as bytes; [] when it is good. */
function refused(topology: unknown): string[] {
  const text = typeof topology === 'string' ? topology : JSON.stringify(topology)
  const json = parseJson(new TextEncoder().encode(text))
  const parsed = json.ok ? parseTopology(json.value) : json
  return parsed.ok ? [] : parsed.problems.map(({ pointer }) => pointer).sort()
}

const service = (fields: object) => ({ services: [{ name: 'backend', ...fields }] })
const endpoints = (...list: object[]) =>
  service({ endpoints: list.map((fields, i) => ({ address: `10.0.0.${i}`, port: 80, ...fields })) })
const several = (...list: object[]) =>
  service({
    ports: [
      { name: 'http', port: 80 },
      { name: 'admin', port: 81 },
    ],
    endpoints: list.map((fields, i) => ({ address: `10.0.0.${i}`, ...fields })),
  })
const E = '/services/0/endpoints'
const long = (length: number) => 'a'.repeat(length)
const raw = (field: string) =>
  `{"services":[{"name":"backend","endpoints":[{"address":"10.0.0.1",${field}}]}]}`

test.each<[string, unknown, string[]]>([
  ['null', null, ['']],
  ['a list', [], ['']],
  ['a string', '"topology"', ['']],
  ['an unknown field', { pods: [] }, ['/pods']],
  ['routes in the topology', { routes: [], gateways: [] }, ['/gateways', '/routes']],
  ['services that are no list', { services: {} }, ['/services']],
  ['services that are null', { services: null }, ['/services']],

  ['a zone without a name', { zones: [{}] }, ['/zones/0/zone']],
  ['an empty zone name', { zones: [{ zone: '' }] }, ['/zones/0/zone']],
  ['a zone name with a slash', { zones: [{ zone: 'r1/a' }] }, ['/zones/0/zone']],
  ['a zone name of 64 characters', { zones: [{ zone: long(64) }] }, ['/zones/0/zone']],
  ['a zone as a string', { zones: ['a'] }, ['/zones/0']],
  ['a capacity of 0', { zones: [{ zone: 'a', capacity: 0 }] }, ['/zones/0/capacity']],
  ['a negative capacity', { zones: [{ zone: 'a', capacity: -1 }] }, ['/zones/0/capacity']],
  ['a capacity as text', { zones: [{ zone: 'a', capacity: '4' }] }, ['/zones/0/capacity']],
  ['a capacity beyond all numbers', '{"zones":[{"zone":"a","capacity":1e400}]}', ['/zones/0/capacity']],
  [
    'a zone twice',
    {
      zones: [
        { zone: 'a', region: 'r' },
        { region: 'r', zone: 'a' },
      ],
    },
    ['/zones/1'],
  ],
  ['an unknown field of a zone', { zones: [{ zone: 'a', cpu: '4' }] }, ['/zones/0/cpu']],

  ['a node name in upper case', { nodes: [{ name: 'Node' }] }, ['/nodes/0/name']],
  ['a node name of 254 characters', { nodes: [{ name: long(254) }] }, ['/nodes/0/name']],
  ['a cpu that is a number', { nodes: [{ name: 'n', cpu: 4 }] }, ['/nodes/0/cpu']],
  ['a cpu that is no quantity', { nodes: [{ name: 'n', cpu: '4 cores' }] }, ['/nodes/0/cpu']],
  ['a node twice', { nodes: [{ name: 'n' }, { name: 'n' }] }, ['/nodes/1']],
  ['ready of a node as null', { nodes: [{ name: 'n', ready: null }] }, ['/nodes/0/ready']],

  ['a service that is null', { services: [null] }, ['/services/0']],
  ['a service without a name', { services: [{}] }, ['/services/0/name']],
  ['a service name in upper case', service({ name: 'Backend' }), ['/services/0/name']],
  ['a service name with a dot', service({ name: 'a.b' }), ['/services/0/name']],
  ['a service name of 64 characters', service({ name: long(64) }), ['/services/0/name']],
  ['an empty namespace', service({ namespace: '' }), ['/services/0/namespace']],
  [
    'a service twice, once with the default namespace spelled out',
    { services: [{ name: 'a' }, { name: 'a', namespace: 'default' }] },
    ['/services/1'],
  ],
  [
    'a service twice, the first one wrong in another way too',
    { services: [{ name: 'a', ports: 1 }, { name: 'a' }] },
    ['/services/0/ports', '/services/1'],
  ],
  [
    'an unknown distribution',
    service({ trafficDistribution: 'PreferNear' }),
    ['/services/0/trafficDistribution'],
  ],
  ['an unknown topology mode', service({ topologyMode: 'auto' }), ['/services/0/topologyMode']],
  ['a timeout without a unit', service({ connectTimeout: '250' }), ['/services/0/connectTimeout']],
  ['a timeout of nothing', service({ connectTimeout: '0s' }), ['/services/0/connectTimeout']],
  ['a timeout with a fraction', service({ connectTimeout: '1.5s' }), ['/services/0/connectTimeout']],
  ['a timeout of six digits', service({ connectTimeout: '123456s' }), ['/services/0/connectTimeout']],
  ['a timeout as a number', service({ connectTimeout: 250 }), ['/services/0/connectTimeout']],
  ['requests of no bytes', service({ bytesPerRequest: 0 }), ['/services/0/bytesPerRequest']],
  ['requests of bytes with a unit', service({ bytesPerRequest: '2kB' }), ['/services/0/bytesPerRequest']],
  ['an unknown scope', service({ scope: 'zone' }), ['/services/0/scope']],
  [
    'an unknown setting',
    service({ trafficdistribution: 'PreferClose' }),
    ['/services/0/trafficdistribution'],
  ],
  ['no ports in the list of ports', service({ ports: [] }), ['/services/0/ports']],
  ['port 0', service({ ports: [{ port: 0 }] }), ['/services/0/ports/0/port']],
  ['port 65536', service({ ports: [{ port: 65536 }] }), ['/services/0/ports/0/port']],
  [
    'a port name in upper case',
    service({ ports: [{ port: 1, name: 'HTTP' }] }),
    ['/services/0/ports/0/name'],
  ],
  [
    'several ports of which one has no name',
    service({ ports: [{ port: 1, name: 'a' }, { port: 2 }] }),
    ['/services/0/ports/1/name'],
  ],
  [
    'a port number twice',
    service({
      ports: [
        { port: 1, name: 'a' },
        { port: 1, name: 'b' },
      ],
    }),
    ['/services/0/ports/1/port'],
  ],
  [
    'a port name twice',
    service({
      ports: [
        { port: 1, name: 'a' },
        { port: 2, name: 'a' },
      ],
    }),
    ['/services/0/ports/1/name'],
  ],
  [
    'a field of a Kubernetes port that we do not have',
    service({ ports: [{ port: 1, targetPort: 2 }] }),
    ['/services/0/ports/0/targetPort'],
  ],

  ['a hostname as an endpoint', endpoints({ address: 'db.example.com' }), [`${E}/0/address`]],
  ['an endpoint without an address', service({ endpoints: [{ port: 1 }] }), [`${E}/0/address`]],
  ['an address with a port', endpoints({ address: '10.0.0.1:80' }), [`${E}/0/address`]],
  ['an address with a leading zero', endpoints({ address: '10.0.0.01' }), [`${E}/0/address`]],
  ['an IPv6 address in brackets', endpoints({ address: '[::1]' }), [`${E}/0/address`]],
  ['an IPv6 address with a zone id', endpoints({ address: 'fe80::1%eth0' }), [`${E}/0/address`]],
  ['an address as a number', endpoints({ address: 167772161 }), [`${E}/0/address`]],
  [
    'an additional address of the same family',
    endpoints({ additionalAddresses: ['10.0.0.9', '::1'] }),
    [`${E}/0/additionalAddresses/0`],
  ],
  [
    'an additional address twice',
    endpoints({ additionalAddresses: ['::1', '0:0::1'] }),
    [`${E}/0/additionalAddresses/1`],
  ],
  ['an endpoint port of -1', endpoints({ port: -1 }), [`${E}/0/port`]],
  ['an endpoint port with a fraction', endpoints({ port: 80.5 }), [`${E}/0/port`]],
  ['an endpoint port beyond 2^53', raw('"port":99999999999999999999'), [`${E}/0/port`]],
  ['an endpoint port beyond all numbers', raw('"port":1e400'), [`${E}/0/port`]],
  ['an endpoint port as text', endpoints({ port: '80' }), [`${E}/0/port`]],
  ['a weight of -1', endpoints({ weight: -1 }), [`${E}/0/weight`]],
  ['a weight of 2^31', endpoints({ weight: 2 ** 31 }), [`${E}/0/weight`]],
  ['a weight of -0', raw('"port":80,"weight":-0'), [`${E}/0/weight`]],
  ['a weight of null', endpoints({ weight: null }), [`${E}/0/weight`]],
  ['ready as text', endpoints({ ready: 'true' }), [`${E}/0/ready`]],
  ['serving as null', endpoints({ serving: null }), [`${E}/0/serving`]],
  ['an empty endpoint name', endpoints({ name: '' }), [`${E}/0/name`]],
  ['an endpoint name with a control character', endpoints({ name: 'a\u001b[31m' }), [`${E}/0/name`]],
  ['an endpoint name with half a character', raw('"port":80,"name":"\\ud800"'), [`${E}/0/name`]],
  ['an endpoint name of 254 characters', endpoints({ name: long(254) }), [`${E}/0/name`]],
  ['an endpoint name twice', endpoints({ name: 'a' }, { name: 'a' }), [`${E}/1/name`]],
  [
    'an address and port twice',
    endpoints({ address: '::1' }, { address: '0:0:0:0:0:0:0:1' }),
    [`${E}/1/address`],
  ],
  ['nine hinted zones', endpoints({ hints: { zones: [...'abcdefghi'] } }), [`${E}/0/hints/zones`]],
  ['an unknown hint', endpoints({ hints: { forZones: [] } }), [`${E}/0/hints/forZones`]],
  [
    'unknown fields of endpoints, all at once',
    endpoints({ hostname: 'a' }, {}, { labels: {}, __proto__x: 1 }),
    [`${E}/0/hostname`, `${E}/2/__proto__x`, `${E}/2/labels`],
  ],
  ['a prototype key among the fields', raw('"port":80,"__proto__":{"weight":0}'), [`${E}/0/__proto__`]],
  ['a prototype key among the ports', raw('"ports":{"__proto__":80}'), [`${E}/0/ports/__proto__`]],
  ['a field twice', raw('"port":80,"port":81'), [`${E}/0/port`]],

  ['port and ports', several({ port: 1, ports: { http: 1 } }), [`${E}/0/ports`]],
  ['port where the service has several', several({ port: 1 }), [`${E}/0/port`]],
  ['no ports where the service has several', several({}), [`${E}/0/ports`]],
  ['empty ports where the service has several', several({ ports: {} }), [`${E}/0/ports`]],
  ['a port name that the service does not have', several({ ports: { grpc: 1 } }), [`${E}/0/ports/grpc`]],
  ['a port name that is no name', several({ ports: { 'A B': 1 } }), [`${E}/0/ports/A B`]],
  ['a named port out of range', several({ ports: { http: 65536 } }), [`${E}/0/ports/http`]],
  [
    'a named port of one address twice',
    several(
      { address: '10.0.0.9', ports: { http: 1 } },
      { name: 'b', address: '10.0.0.9', ports: { http: 1 } },
    ),
    [`${E}/1/address`],
  ],
  [
    'ports where the service has one',
    service({ ports: [{ name: 'http', port: 1 }], endpoints: [{ address: '10.0.0.1', ports: { http: 1 } }] }),
    [`${E}/0/ports`],
  ],
  [
    'ports where the service has no list',
    service({ endpoints: [{ address: '10.0.0.1', ports: { a: 1 } }] }),
    [`${E}/0/ports`],
  ],
  ['no port at all', service({ endpoints: [{ address: '10.0.0.1' }] }), [`${E}/0/port`]],
  ['different ports where the service has no list', endpoints({}, { port: 81 }), [`${E}/1/port`]],
  ['endpoints that are no list', service({ endpoints: {} }), [E]],
  ['an endpoint that is a string', service({ endpoints: ['10.0.0.1:80'] }), [`${E}/0`]],
])('a topology with %s is refused', (_title, topology, pointers) => {
  expect(refused(topology)).toEqual(pointers)
})

test('a refused hostname is told what to do instead', () => {
  expect(parseTopology(endpoints({ address: 'db.example.com' }))).toMatchObject({
    problems: [{ detail: expect.stringContaining('hostname') }],
  })
})

test('problems stop at a thousand, however many there are', () => {
  const parsed = parseTopology({ services: Array.from({ length: 5000 }, () => ({ name: 'A' })) })
  expect(parsed.ok || parsed.problems.length).toBe(1000)
})

test('more than 100,000 endpoints of one service are refused before any is looked at', () => {
  expect(refused(service({ endpoints: Array.from({ length: 100_001 }, () => 0) }))).toEqual([E])
})

test('an item of absurd size is refused as a whole', () => {
  const ports = Array.from({ length: 60_000 }, () => 0)
  expect(refused(service({ ports }))).toEqual(['/services/0'])
})

test.each(['a', 'a.', '1', ':', '-'])('a text of megabytes (%s…) is refused where it stands', unit => {
  const text = unit.repeat(10_000_000)
  expect(refused({ nodes: [{ name: text }] })).toEqual(['/nodes/0/name'])
  expect(refused(endpoints({ address: text, hints: { zones: [text] } }))).toEqual([`${E}/0/address`])
})
