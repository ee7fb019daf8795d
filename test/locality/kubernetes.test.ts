import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { assign } from '../../src/locality/assign.ts'
import type { Candidate, Candidates } from '../../src/locality/assignment.ts'
import { decide } from '../../src/locality/decision.ts'

/**
 * `kubernetes/` holds 400 random and 17 hand-made cases with what the code of Kubernetes 1.37 itself answers:
 * k8s.io/endpointslice for the hints, k8s.io/kubernetes/pkg/proxy for what a consumer on each node and in each zone uses.
 */
interface Case {
  readonly id: string
  readonly mode: 'Auto' | 'PreferClose' | 'PreferSameZone' | 'PreferSameNode' | 'None'
  readonly internalTrafficPolicy?: 'Local'
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
  readonly hints: Record<string, { forZones?: string[]; forNodes?: string[] } | null> | null
  readonly nodes: Record<string, Consumer>
  readonly zones: Record<string, Consumer>
  readonly noZone: Consumer
}

const cases = [...jsonLines<Case>('cases.jsonl.gz'), ...jsonLines<Case>('handmade.jsonl')]
const answers = [...jsonLines<Answer>('results.jsonl.gz'), ...jsonLines<Answer>('handmade.results.jsonl')]
/** Traffic policies bind a Service to the client's own node; they are not a part of what is pushed. */
const all = cases
  .map((one, index) => ({ id: one.id, mode: one.mode, one, answer: answers[index] as Answer }))
  .filter(({ one }) => one.internalTrafficPolicy === undefined)

describe("what a proxy uses is what Kubernetes' own code uses", () => {
  test.each(all.filter(({ one }) => one.mode !== 'Auto'))(
    '$one.id, $one.mode, by its computed hints',
    ({ one, answer }) => {
      const mode = one.mode === 'None' || one.mode === 'Auto' ? 'ClusterWide' : one.mode
      expectConsumers(
        { mode, rule: '', endpoints: one.endpoints.map(endpoint => candidate(endpoint)) },
        answer,
      )
    },
  )

  test.each(all)('$id, $mode, by the hints that Kubernetes wrote', ({ one, answer }) => {
    const endpoints = one.endpoints.map(endpoint => {
      const hints = answer.hints?.[endpoint.address]
      return candidate(
        endpoint,
        hints ? { zones: hints.forZones ?? [], nodes: hints.forNodes ?? [] } : undefined,
      )
    })
    expectConsumers({ mode: 'ClusterWide', rule: '', endpoints }, answer)
  })
})

function expectConsumers(candidates: Candidates, answer: Answer): void {
  const decision = decide(candidates)
  const chosenFrom = (zone: string, node: string) =>
    assign(decision, { region: '', zone, subZone: '', node, source: '' })
      .endpoints.filter(one => one.chosen)
      .map(one => one.candidate.address)
      .sort()
  const sorted = (consumer: Consumer) => [...(consumer.addresses ?? [])].sort()
  for (const [node, consumer] of Object.entries(answer.nodes)) {
    expect(chosenFrom(consumer.zone ?? '', node), `node ${node}`).toEqual(sorted(consumer))
  }
  for (const [zone, consumer] of Object.entries(answer.zones)) {
    expect(chosenFrom(zone, ''), `zone ${zone}`).toEqual(sorted(consumer))
  }
  expect(chosenFrom('', ''), 'no zone').toEqual(sorted(answer.noZone))
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
