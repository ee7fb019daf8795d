import type { ScenarioEndpoint } from '../../demo/scenario.ts'
import type { Stand } from '../../demo/stage.ts'

/**
 * What is sent where through which Envoy, and what must come of it, written down by hand from what is promised: no
 * line of this file asks the product. A pod `a-2` stands in zone-a, on node-a2.
 */
export interface Row {
  readonly mode: string
  readonly situation: string
  readonly from: Stand
  /** How many pods each zone has; `a: 0` is a zone that is declared and has none. */
  readonly pods: Readonly<Record<string, number>>
  readonly killed: readonly string[]
  /** Of the service. */
  readonly settings: object
  readonly hints?: Hints
  /** Of all requests, by pods whose names begin so: `a` is all of zone-a. */
  readonly shares: Shares
  /** Backends are health checked; where not, retries alone get requests past the dead. */
  readonly isChecked: boolean
}

export type Shares = Readonly<Record<string, number>>
type Hints = (endpoint: Pick<ScenarioEndpoint, 'pod' | 'zone' | 'node'>) => object

const place = (gateway: string, zone: string, node?: string): Stand => ({
  gateway,
  zone,
  ...(node && { node }),
})

/** An Envoy on the first node of zone-a, one on its second, one in zone-b, one that says no node, one that says nothing. */
export const STANDS = {
  a1: place('edge-a1', 'zone-a', 'node-a1'),
  a2: place('edge-a2', 'zone-a', 'node-a2'),
  b: place('edge-b', 'zone-b', 'node-b1'),
  c: place('edge-c', 'zone-c'),
  nowhere: place('edge-nowhere', ''),
}

const TWO_EACH = { a: 2, b: 2, c: 2 }
const UNEVEN = { a: 3, b: 1 }
/** The CPUs are even: no zone can be given its minimum of 4, so Auto is off. */
const ELEVEN = { a: 4, b: 4, c: 3 }

const SITUATIONS = [
  { situation: 'healthy', pods: TWO_EACH, killed: [], from: STANDS.a1 },
  { situation: 'one local backend dead', pods: TWO_EACH, killed: ['a-1'], from: STANDS.a1 },
  { situation: 'whole zone dead', pods: TWO_EACH, killed: ['a-1', 'a-2'], from: STANDS.a1 },
  { situation: 'zone without endpoints', pods: { a: 0, b: 3, c: 3 }, killed: [], from: STANDS.a1 },
  { situation: 'proxy without zone', pods: TWO_EACH, killed: [], from: STANDS.nowhere },
  { situation: '3+1, from the 3', pods: UNEVEN, killed: [], from: STANDS.a1 },
  { situation: '3+1, from the 1', pods: UNEVEN, killed: [], from: STANDS.b },
  { situation: '4+4+3, from a 4', pods: ELEVEN, killed: [], from: STANDS.a1 },
  { situation: '4+4+3, from the 3', pods: ELEVEN, killed: [], from: STANDS.c },
] as const

const A = { a: 1 }
const B = { b: 1 }
const C = { c: 1 }
const OTHERS = { b: 1 / 2, c: 1 / 2 }
const THIRDS = { a: 1 / 3, b: 1 / 3, c: 1 / 3 }
const ALL_OF_FOUR = { a: 3 / 4, b: 1 / 4 }
const ALL_OF_ELEVEN = { a: 4 / 11, b: 4 / 11, c: 3 / 11 }

const OWN_ZONE: Hints = ({ zone }) => ({ zones: [zone] })
const DISTRIBUTE = [{ from: 'zone-a', to: { 'zone-a': 80, 'zone-b': 15, 'zone-c': 5 } }]

interface ModeRows extends Pick<Row, 'mode' | 'settings' | 'hints'> {
  /** In the order of the situations. */
  readonly shares: readonly Shares[]
}

const MODES: readonly ModeRows[] = [
  {
    mode: 'cluster-wide',
    settings: {},
    shares: [
      THIRDS,
      { a: 1 / 5, b: 2 / 5, c: 2 / 5 },
      OTHERS,
      OTHERS,
      THIRDS,
      ALL_OF_FOUR,
      ALL_OF_FOUR,
      ALL_OF_ELEVEN,
      ALL_OF_ELEVEN,
    ],
  },
  {
    mode: 'PreferSameZone',
    settings: { trafficDistribution: 'PreferSameZone' },
    shares: [A, { 'a-2': 1 }, OTHERS, OTHERS, THIRDS, A, B, A, C],
  },
  {
    mode: 'PreferClose',
    settings: { trafficDistribution: 'PreferClose' },
    shares: [A, { 'a-2': 1 }, OTHERS, OTHERS, THIRDS, A, B, A, C],
  },
  {
    // Behind the node stands its zone, and the Envoy of zone-c says no node.
    mode: 'PreferSameNode',
    settings: { trafficDistribution: 'PreferSameNode' },
    shares: [
      { 'a-1': 1 },
      { 'a-2': 1 },
      OTHERS,
      OTHERS,
      THIRDS,
      { 'a-1': 1 },
      B,
      { 'a-1': 1 },
      { 'c-1': 1 / 3, 'c-2': 1 / 3, 'c-3': 1 / 3 },
    ],
  },
  {
    mode: 'hints',
    settings: {},
    hints: OWN_ZONE,
    shares: [A, { 'a-2': 1 }, OTHERS, OTHERS, THIRDS, A, B, A, C],
  },
  {
    // 0+3+3: zones b and c lend one each to a, the first by name; 3+1: a lends one to b.
    mode: 'Auto',
    settings: { topologyMode: 'Auto' },
    shares: [
      A,
      { 'a-2': 1 },
      OTHERS,
      { 'b-1': 1 / 2, 'c-1': 1 / 2 },
      THIRDS,
      { 'a-2': 1 / 2, 'a-3': 1 / 2 },
      { 'a-1': 1 / 2, 'b-1': 1 / 2 },
      ALL_OF_ELEVEN,
      ALL_OF_ELEVEN,
    ],
  },
  {
    // The rule is for proxies in zone-a; who stands elsewhere follows trafficDistribution.
    mode: 'Weighted',
    settings: { trafficDistribution: 'PreferSameZone', locality: { distribute: DISTRIBUTE } },
    shares: [
      { a: 0.8, b: 0.15, c: 0.05 },
      { 'a-2': 40 / 60, b: 15 / 60, c: 5 / 60 },
      { b: 3 / 4, c: 1 / 4 },
      { b: 3 / 4, c: 1 / 4 },
      THIRDS,
      { a: 80 / 95, b: 15 / 95 },
      B,
      { a: 0.8, b: 0.15, c: 0.05 },
      C,
    ],
  },
  {
    // With so much headroom a zone keeps all of its requests, whatever is known of the demand.
    mode: 'Balanced',
    settings: { locality: { mode: 'Balanced', headroom: 1000 } },
    shares: [A, { 'a-2': 1 }, OTHERS, OTHERS, THIRDS, A, B, A, C],
  },
]

const HEALTHY = { situation: 'healthy', pods: TWO_EACH, killed: [], isChecked: false }
const ONE_DEAD = {
  ...HEALTHY,
  situation: 'one local backend dead, health checked',
  killed: ['a-1'],
  isChecked: true,
  from: STANDS.a1,
}

/** What only another Envoy, or other hints, can show. */
const FURTHER: readonly Row[] = [
  {
    ...HEALTHY,
    mode: 'PreferSameZone',
    situation: 'from its second node',
    from: STANDS.a2,
    settings: { trafficDistribution: 'PreferSameZone' },
    shares: { 'a-1': 1 / 2, 'a-2': 1 / 2 },
  },
  {
    ...HEALTHY,
    mode: 'PreferSameNode',
    situation: 'from its second node',
    from: STANDS.a2,
    settings: { trafficDistribution: 'PreferSameNode' },
    shares: { 'a-2': 1 },
  },
  {
    ...HEALTHY,
    mode: 'hints',
    situation: 'a-1 hinted for zone-b, b-2 for zone-a too',
    from: STANDS.a1,
    settings: {},
    hints: ({ pod, zone }) =>
      ({ 'a-1': { zones: ['zone-b'] }, 'b-2': { zones: ['zone-a', 'zone-b'] } })[pod] ?? { zones: [zone] },
    shares: { 'a-2': 1 / 2, 'b-2': 1 / 2 },
  },
  {
    ...HEALTHY,
    mode: 'hints',
    situation: 'naming nodes',
    from: STANDS.a2,
    settings: {},
    hints: ({ zone, node }) => ({ zones: [zone], nodes: [node] }),
    shares: { 'a-2': 1 },
  },
  {
    ...ONE_DEAD,
    mode: 'cluster-wide',
    settings: {},
    shares: { 'a-2': 1 / 5, b: 2 / 5, c: 2 / 5 },
  },
  {
    // A zone keeps its share while one of its endpoints is healthy.
    ...ONE_DEAD,
    mode: 'Weighted',
    settings: { locality: { distribute: DISTRIBUTE } },
    shares: { 'a-2': 0.8, b: 0.15, c: 0.05 },
  },
  {
    ...ONE_DEAD,
    mode: 'PreferSameNode',
    situation: 'whole zone dead, health checked',
    killed: ['a-1', 'a-2'],
    settings: { trafficDistribution: 'PreferSameNode' },
    shares: OTHERS,
  },
]

/** Rows of one situation stand side by side, for whom it takes time to bring about. */
export const ROWS: readonly Row[] = [
  ...SITUATIONS.flatMap((given, index) =>
    MODES.map(
      ({ shares, ...mode }): Row => ({
        ...given,
        ...mode,
        shares: shares[index] as Shares,
        isChecked: false,
      }),
    ),
  ),
  ...FURTHER,
]
