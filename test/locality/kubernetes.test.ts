import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { assign } from '../../src/locality/assign.ts'
import type { Candidates } from '../../src/locality/assignment.ts'
import type { Candidate } from '../../src/locality/candidate.ts'
import { decide } from '../../src/locality/decision.ts'
import { topologyAwareHints } from '../../src/locality/topology-aware.ts'
import { zoneCapacities } from '../../src/locality/zone-capacities.ts'

/**
 * `kubernetes/` holds 400 random and 17 hand-made cases with what the code of Kubernetes 1.37 itself answers:
 * k8s.io/endpointslice for the hints, k8s.io/kubernetes/pkg/proxy for what a consumer on each node and in each zone uses.
 */
interface Case {
  readonly id: string
  readonly mode: 'Auto' | 'PreferClose' | 'PreferSameZone' | 'PreferSameNode' | 'None'
  readonly internalTrafficPolicy?: 'Local'
  readonly nodes: readonly {
    name: string
    zone?: string
    cpu?: string
    ready?: boolean
    labels?: Record<string, string>
  }[]
  readonly endpoints: readonly {
    address: string
    zone?: string
    node?: string
    ready?: boolean
    serving?: boolean
    terminating?: boolean
  }[]
}
interface Consumer {
  readonly zone?: string
  readonly mode: string
  readonly addresses: readonly string[] | null
}
interface Answer {
  readonly id: string
  readonly assigned: boolean
  /** The text of the event. */
  readonly reason?: string
  readonly hints: Record<string, { forZones?: string[]; forNodes?: string[] } | null> | null
  /** By the zones of endpoints: how many of them are hinted for each zone. */
  readonly counts: Record<string, Record<string, number>>
  /** Whether `counts` cannot differ from run to run. */
  readonly deterministic?: boolean
  /** Every outcome that Kubernetes can come to. */
  readonly reachable?: readonly { give: Record<string, number>; receive: Record<string, number> }[]
  readonly nodes: Record<string, Consumer>
  readonly zones: Record<string, Consumer>
  readonly noZone: Consumer
}

const cases = [...jsonLines<Case>('cases.jsonl.gz'), ...jsonLines<Case>('handmade.jsonl')]
const answers = [...jsonLines<Answer>('results.jsonl.gz'), ...jsonLines<Answer>('handmade.results.jsonl')]
const all = cases.map((one, index) => ({
  id: one.id,
  mode: one.mode,
  one,
  answer: answers[index] as Answer,
}))
const isLocal = ({ one }: (typeof all)[number]) => one.internalTrafficPolicy === 'Local'
const followed = all.filter(one => !isLocal(one))

test('all 417 cases are here, each beside its own answer', () => {
  expect(all.map(one => one.id)).toEqual(answers.map(one => one.id))
  expect([all.length, new Set(all.map(one => one.id)).size, all.filter(isLocal).length]).toEqual([
    417, 417, 13,
  ])
})

describe("what a proxy uses is what Kubernetes' own code uses", () => {
  test.each(followed.filter(({ mode }) => mode !== 'Auto'))(
    '$id, $mode, by its computed hints',
    ({ one, answer }) => {
      const mode = one.mode === 'None' || one.mode === 'Auto' ? 'ClusterWide' : one.mode
      const endpoints = one.endpoints.map(endpoint => candidate(endpoint))
      expectConsumers({ mode, rule: '', endpoints }, answer)
    },
  )

  test.each(followed)('$id, $mode, by the hints that Kubernetes wrote', ({ one, answer }) => {
    const endpoints = one.endpoints.map(endpoint => {
      const hints = answer.hints?.[endpoint.address]
      return candidate(
        endpoint,
        hints ? { zones: hints.forZones ?? [], nodes: hints.forNodes ?? [] } : undefined,
      )
    })
    expectConsumers({ mode: 'ClusterWide', rule: '', endpoints }, answer)
  })

  // Which endpoints of a zone are lent to which of several others, Kubernetes leaves to chance in the rest.
  test.each(followed.filter(({ mode, answer }) => mode === 'Auto' && answer.deterministic !== false))(
    '$id, Auto, by the hints computed here, as many from each zone',
    ({ one, answer }) => {
      const endpoints = one.endpoints.map(endpoint => candidate(endpoint))
      const topologyAware = new Map([['cluster', computed(one)]])
      expectConsumers({ mode: 'Auto', rule: '', endpoints, topologyAware }, answer, zonesOf(one))
    },
  )

  test.skip.each(all.filter(isLocal))(
    '$id, $mode: internalTrafficPolicy Local binds a Service to the client’s own node; nobody can push it',
    () => {},
  )
})

describe('Topology Aware Routing computes what the code of Kubernetes computes', () => {
  test.each(all.filter(({ mode }) => mode === 'Auto'))('$id', ({ one, answer }) => {
    const { hints, note } = computed(one)
    expect({ assigned: hints !== undefined, note }).toEqual({
      assigned: answer.assigned,
      note: expect.stringMatching(noteFor(answer.reason ?? '')),
    })
    if (hints === undefined) return
    const moves = one.endpoints.flatMap(({ address, zone = '' }) => {
      const hint = hints.get(address)
      return hint === undefined ? [] : [[zone, hint.zone] as const]
    })
    if (answer.deterministic) expect(countsOf(moves)).toEqual(answer.counts)
    else expect(answer.reachable).toContainEqual(transfersOf(moves))
  })
})

/** By the zones of endpoints: how many of them are hinted for each zone. */
function countsOf(moves: readonly (readonly [string, string])[]): Answer['counts'] {
  const counts: Record<string, Record<string, number>> = {}
  for (const [from, to] of moves) {
    counts[from] = { ...counts[from], [to]: (counts[from]?.[to] ?? 0) + 1 }
  }
  return counts
}

function transfersOf(moves: readonly (readonly [string, string])[]) {
  const give: Record<string, number> = {}
  const receive: Record<string, number> = {}
  for (const [from, to] of moves.filter(([from, to]) => from !== to)) {
    give[from] = (give[from] ?? 0) + 1
    receive[to] = (receive[to] ?? 0) + 1
  }
  return { give, receive }
}

/** What is said here where Kubernetes writes this event. */
function noteFor(event: string): RegExp {
  const [, endpoints, zones] = /\((\d+) endpoints, (\d+) zones\)/.exec(event) ?? []
  if (event.includes('Insufficient Node information')) return /(is|are) not known$|known capacity$|^only zone/
  if (event.includes('Insufficient number'))
    return new RegExp(`^${endpoints} endpoints? cannot serve ${zones} zones$`)
  if (event.includes('Unable to allocate minimum')) return new RegExp(`^${endpoints} endpoints cannot give `)
  if (event.includes('do not have a zone')) return /^the zone of endpoint .* is not known$/
  return /^of \d+ endpoints /
}

function computed({ nodes, endpoints }: Case) {
  const capacities = zoneCapacities({
    nodes: nodes.map(({ name, zone = '', cpu = '', ready = true, labels = {} }) => ({
      name,
      zone,
      cpu,
      ready,
      controlPlane: Object.keys(labels).some(label => label.startsWith('node-role.kubernetes.io/')),
    })),
    zones: [],
    regionOf: () => '',
  })
  return topologyAwareHints(
    endpoints.map(endpoint => candidate(endpoint)),
    capacities,
  )
}

/** `shown`: by what the endpoints that a consumer uses are compared; by default each by itself. */
function expectConsumers(candidates: Candidates, answer: Answer, shown = (address: string) => address): void {
  const decision = decide(candidates)
  const chosenFrom = (zone: string, node: string) =>
    assign(decision, { region: '', zone, subZone: '', node, source: '', network: '' })
      .endpoints.filter(one => one.chosen)
      .map(one => shown(one.candidate.address))
      .sort()
  const sorted = (consumer: Consumer) => (consumer.addresses ?? []).map(shown).sort()
  for (const [node, consumer] of Object.entries(answer.nodes)) {
    expect(chosenFrom(consumer.zone ?? '', node), `node ${node}`).toEqual(sorted(consumer))
  }
  for (const [zone, consumer] of Object.entries(answer.zones)) {
    expect(chosenFrom(zone, ''), `zone ${zone}`).toEqual(sorted(consumer))
  }
  expect(chosenFrom('', ''), 'no zone').toEqual(sorted(answer.noZone))
}

function zonesOf({ endpoints }: Case): (address: string) => string {
  const zones = new Map(endpoints.map(({ address, zone = '' }) => [address, zone]))
  return address => zones.get(address) ?? ''
}

/** A condition left out stays unset: for `ready` that is a value of its own. */
function candidate(endpoint: Case['endpoints'][number], hints?: Candidate['hints']): Candidate {
  return {
    name: endpoint.address,
    address: endpoint.address,
    additionalAddresses: [],
    port: 80,
    region: '',
    zone: endpoint.zone ?? '',
    subZone: '',
    node: endpoint.node ?? '',
    source: 'cluster',
    ready: endpoint.ready ?? null,
    serving: endpoint.serving ?? true,
    terminating: endpoint.terminating ?? false,
    weight: 1,
    network: undefined,
    setback: undefined,
    hints,
  }
}

function jsonLines<T>(file: string): T[] {
  const bytes = readFileSync(new URL(`kubernetes/${file}`, import.meta.url))
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T)
}
