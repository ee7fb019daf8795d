import { expect, test } from 'vitest'
import { explanationLines } from '../../src/cli/explanation-lines.ts'
import type { Explanation } from '../../src/operations/explain-assignment.ts'

type Endpoint = Explanation['endpoints'][number]

const plain = { tone: (_: string, text: string) => text }

const CHOSEN = {
  address: '10.0.0.1',
  port: 8080,
  region: 'r1',
  zone: 'zone-a',
  node: '',
  source: 'east',
  chosen: true,
  priority: 0,
  weight: 1,
  share: 1,
  reason: "in the proxy's zone",
  revision: 6,
}
const STANDBY = {
  ...CHOSEN,
  zone: 'zone-b',
  chosen: false,
  priority: 1,
  share: 0,
  reason: 'standby: same region, other zone',
}
const UNSENT = { ...STANDBY, priority: null, reason: 'not ready' }

function explanation(endpoints: readonly Endpoint[], fields: Partial<Explanation> = {}): Explanation {
  return {
    service: 'default/shop',
    port: 80,
    revision: 7,
    viewpoint: { region: 'r1', zone: 'zone-a' },
    mode: 'PreferSameZone',
    rule: 'trafficDistribution PreferSameZone of source east, revision 5',
    notes: [],
    endpoints,
    ...fields,
  }
}

/** The lines after those that say what was asked and what decided. */
function tableOf(endpoints: readonly Endpoint[], fields: Partial<Explanation> = {}, all?: boolean): string[] {
  const lines = explanationLines(explanation(endpoints, fields), plain, { all })
  return lines.slice(lines.indexOf('') + 1)
}

test('first comes what was asked, what decided, who said what, and what is odd', () => {
  const west = { ...STANDBY, name: 'w', source: 'west', revision: 2 }
  const answer = explanation([{ ...CHOSEN, name: 'a' }, { ...STANDBY, name: 'b' }, west], {
    viewpoint: { region: 'r1', zone: 'zone-a', subZone: 'rack-1', node: 'node-1', source: 'east' },
    settings: {
      minEndpoints: { value: 2, origin: 'source east, revision 5' },
      distribute: {
        value: [{ from: 'zone-c', to: { 'zone-a': 1 } }],
        origin: 'the defaults of source east, revision 4',
      },
    },
    notes: ['distribute names zone zone-z, which is unknown'],
  })
  expect(explanationLines(answer, plain).slice(0, 7)).toEqual([
    'service    default/shop port 80, revision 7',
    'seen from  r1/zone-a/rack-1, node node-1, source east',
    'mode       PreferSameZone: trafficDistribution PreferSameZone of source east, revision 5',
    'endpoints  2 of source east, revision 6; 1 of source west, revision 2',
    'setting    minEndpoints 2, from source east, revision 5',
    'setting    distribute [{"from":"zone-c","to":{"zone-a":1}}], from the defaults of source east, revision 4',
    'warning    distribute names zone zone-z, which is unknown',
  ])
})

test('a service without endpoints has no table', () => {
  const notes = ['no endpoint can be used: requests are answered 503']
  expect(explanationLines(explanation([], { viewpoint: {}, notes }), plain)).toEqual([
    'service    default/shop port 80, revision 7',
    'seen from  an unknown zone',
    'mode       PreferSameZone: trafficDistribution PreferSameZone of source east, revision 5',
    'endpoints  none',
    'warning    no endpoint can be used: requests are answered 503',
  ])
})

const CASES: readonly [name: string, endpoints: readonly Endpoint[], lines: readonly string[]][] = [
  [
    'each step is a group, whose reason is said once; the region is left out where there is one',
    [
      { ...CHOSEN, name: 'a-1', share: 0.5 },
      { ...CHOSEN, name: 'a-2', share: 0.5, address: '10.0.0.2' },
      { ...STANDBY, name: 'b-1', address: '10.0.1.1' },
      { ...UNSENT, name: 'b-2', address: '10.0.1.2' },
    ],
    [
      '  ENDPOINT  ADDRESS        ZONE    SHARE',
      "priority 0, chosen: in the proxy's zone",
      '  a-1       10.0.0.1:8080  zone-a  50 %',
      '  a-2       10.0.0.2:8080  zone-a  50 %',
      'priority 1, standby: same region, other zone',
      '  b-1       10.0.1.1:8080  zone-b  -',
      'not sent: not ready',
      '  b-2       10.0.1.2:8080  zone-b  -',
      '',
      'expected share: zone-a 100 %',
    ],
  ],
  [
    'several reasons at one step are groups of their own, and the zone that gets most comes first',
    [
      { ...CHOSEN, name: 'a-1', share: 0.2, reason: 'in zone r1/zone-a, which gets 20 %' },
      { ...CHOSEN, name: 'b-1', share: 0.8, reason: 'in zone r1/zone-b, which gets 80 %', zone: 'zone-b' },
      { ...UNSENT, name: 'c-1' },
      { ...UNSENT, name: 'c-2', reason: 'drained: weight 0', weight: 0 },
      { ...UNSENT, name: 'c-3' },
    ],
    [
      '  ENDPOINT  ADDRESS        ZONE    SHARE',
      'priority 0, chosen: in zone r1/zone-a, which gets 20 %',
      '  a-1       10.0.0.1:8080  zone-a  20 %',
      'priority 0, chosen: in zone r1/zone-b, which gets 80 %',
      '  b-1       10.0.0.1:8080  zone-b  80 %',
      'not sent: not ready',
      '  c-1       10.0.0.1:8080  zone-b  -',
      '  c-3       10.0.0.1:8080  zone-b  -',
      'not sent: drained: weight 0',
      '  c-2       10.0.0.1:8080  zone-b  -',
      '',
      'expected share: zone-b 80 %, zone-a 20 %',
    ],
  ],
  [
    'nodes, sources, weights and regions are columns only where they tell something',
    [
      { ...CHOSEN, name: 'a-1', share: 0.25, node: 'node-1' },
      { ...CHOSEN, name: 'w-1', share: 0.75, weight: 3, source: 'west', region: 'r2', subZone: 'rack-1' },
    ],
    [
      '  ENDPOINT  ADDRESS        ZONE              NODE    SOURCE  SHARE  WEIGHT',
      "priority 0, chosen: in the proxy's zone",
      '  a-1       10.0.0.1:8080  r1/zone-a         node-1  east    25 %   1',
      '  w-1       10.0.0.1:8080  r2/zone-a/rack-1  -       west    75 %   3',
      '',
      'expected share: r2/zone-a 75 %, r1/zone-a 25 %',
    ],
  ],
  [
    'an endpoint of no known zone, an IPv6 address and a small share',
    [
      { ...CHOSEN, name: 'a-1', share: 0.9996 },
      { ...CHOSEN, name: 'x-1', share: 0.0004, zone: '', address: 'fd00::1' },
    ],
    [
      '  ENDPOINT  ADDRESS         ZONE    SHARE',
      "priority 0, chosen: in the proxy's zone",
      '  a-1       10.0.0.1:8080   zone-a  100 %',
      '  x-1       [fd00::1]:8080  -       <0.1 %',
      '',
      'expected share: zone-a 100 %, no zone <0.1 %',
    ],
  ],
  [
    'nothing chosen: there is no share to expect',
    [{ ...UNSENT, name: 'a-1' }],
    [
      '  ENDPOINT  ADDRESS        ZONE    SHARE',
      'not sent: not ready',
      '  a-1       10.0.0.1:8080  zone-b  -',
    ],
  ],
]

test.each(CASES)('%s', (_, endpoints, lines) => {
  expect(tableOf(endpoints)).toEqual(lines)
})

test('of a large group 20 are listed, with what the others get together; --all lists every one', () => {
  const many = Array.from({ length: 25 }, (_, index) => ({ ...CHOSEN, name: `a-${index}`, share: 1 / 25 }))
  const waiting = Array.from({ length: 21 }, (_, index) => ({ ...STANDBY, name: `b-${index}` }))
  const cut = tableOf([...many, ...waiting])
  expect(cut).toHaveLength(1 + 22 + 22 + 2)
  expect(cut[22]).toBe('  … and 5 more, 20 % together (--all lists them)')
  expect(cut[44]).toBe('  … and 1 more (--all lists them)')
  expect(tableOf([...many, ...waiting], {}, true)).toHaveLength(1 + 26 + 22 + 2)
})

test.each([
  ['ip-10-244-113-101.eu-west-1.compute.internal', 'ip-10-244-113-101.….internal'],
  ['gke-production-default-pool-1a2b3c4d-x2x9', 'gke-production-def…3c4d-x2x9'],
])('names as clouds and Kubernetes make them fit into 100 columns: %s', (node, clipped) => {
  const place = { region: 'eu-west-1', zone: 'eu-west-1a' }
  const endpoint = { ...CHOSEN, ...place, name: 'checkout-7d9f8b6c5d-x2x9q', address: '10.244.113.101', node }
  const lines = tableOf([endpoint], { viewpoint: place })
  expect(lines[2]).toContain(` ${clipped} `)
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(100)
})

test('who is chosen, what is not sent and what is odd have tones, and nobody escapes into the terminal', () => {
  const toned = { tone: (tone: string, text: string) => `<${tone}>${text}` }
  const endpoints = [
    { ...CHOSEN, name: 'a' },
    { ...STANDBY, name: 'b' },
    { ...UNSENT, name: 'c' },
  ]
  const evil = endpoints.map(one => ({ ...one, reason: `${one.reason}\u001b[2J`, zone: '\u001b[31m' }))
  const lines = explanationLines(explanation(evil, { notes: ['odd\u001b[0m'] }), toned)
  expect(lines.join('')).not.toContain('\u001b')
  expect(lines.filter(line => line.startsWith('<')).map(line => /<\w+> *\w+/.exec(line)?.[0])).toEqual([
    '<warning>warning',
    '<faint>  ENDPOINT',
    '<added>priority',
    '<added>  a',
    '<faint>not',
    '<faint>  c',
  ])
})
