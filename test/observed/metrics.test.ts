import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { TestClient } from '../xds/grpc-client.ts'
import { CDS } from '../xds/protocol/session.ts'
import { type ObservedReplica, observeReplica } from './observed-replica.ts'

let replica: ObservedReplica
let client: TestClient
beforeAll(async () => {
  replica = await observeReplica()
  client = new TestClient(replica.xds)
  await replica.push(1)
  await replica.proxy('a1', 'zone-a')
  await replica.proxy('a2', 'zone-a')
  await replica.proxy('b1', 'zone-b')
  await waitUntil('all to be in sync', async () => (await value('vicinity_proxies_synced')) === 3)
})
afterAll(async () => {
  client.close()
  await replica.close()
})

/** Of one series; 0 where it does not exist. */
async function value(series: string): Promise<number> {
  const line = (await replica.metrics()).split('\n').find(one => one.startsWith(`${series} `))
  return Number(line?.slice(series.length + 1) ?? 0)
}

const observations = (zone: string, part = 'both') =>
  value(`vicinity_convergence_seconds_count{part="${part}",zone="${zone}"}`)

test('a revision is timed once in each zone with proxies that it concerns', async () => {
  await replica.push(2)
  expect(await Promise.all(['r1/zone-a', 'r1/zone-b'].map(zone => observations(zone)))).toEqual([1, 1])
  const sum = await value('vicinity_convergence_seconds_sum{part="both",zone="r1/zone-a"}')
  expect(sum).toBeGreaterThan(0)
  expect(sum).toBeLessThan(10)
  // Equal content is no revision, and nobody sees a service that no gateway leads to.
  await replica.push(2)
  await replica.api.patch('/v1/sources/east/topology', {
    upsert: { services: [{ name: 'other', ports: [{ port: 1 }], endpoints: [] }] },
  })
  await waitUntil('it to be served', async () => (await value('vicinity_revision')) === 3)
  expect(await observations('r1/zone-a')).toBe(1)
  expect(await observations('r1/zone-a', 'topology')).toBe(0)
})

test('NACKs are counted beside, and who does not answer is shown for as long', async () => {
  const stream = client.stream()
  stream.begin(CDS, {}, { locality: { region: 'r1', zone: 'zone-c' } })
  stream.ack(await stream.next())
  const setting = { name: 'web', ports: [{ port: 3000 }], connectTimeout: '7s' }
  await replica.api.patch('/v1/sources/east/topology', { upsert: { services: [setting] } })
  const { nonce } = await stream.next()
  const waiting = 'vicinity_convergence_waiting_seconds{zone="r1/zone-c"}'
  expect(await value(waiting)).toBeGreaterThan(0)
  stream.send({ typeUrl: CDS, responseNonce: nonce, errorDetail: { code: 13, message: 'no' } })
  await waitUntil('nobody to be waited for', async () => (await value(waiting)) === 0)
  expect(await value('vicinity_convergence_nacks_total{part="topology",zone="r1/zone-c"}')).toBe(1)
  expect(await value('vicinity_nacks_standing{type="cds"}')).toBe(1)
  expect(await observations('r1/zone-c', 'topology')).toBe(0)
  await waitUntil(
    'the others to have answered',
    async () => (await observations('r1/zone-a', 'topology')) === 1,
  )
})

test('streams, messages, tables and the feed are counted as they are', async () => {
  expect(await value('vicinity_proxies')).toBeGreaterThanOrEqual(3)
  expect(await value('vicinity_streams{form="delta"}')).toBe(await value('vicinity_proxies'))
  expect(await value('vicinity_streams{form="sotw"}')).toBe(0)
  expect(await value('vicinity_xds_responses_total{form="delta",type="eds"}')).toBeGreaterThan(3)
  expect(await value('vicinity_xds_response_bytes_total{form="delta",type="cds"}')).toBeGreaterThan(100)
  expect(await value('vicinity_resources{type="cds"}')).toBe(1)
  expect(await value('vicinity_resources{type="rds"}')).toBe(1)
  expect(await value('vicinity_revision')).toBe(await value('vicinity_revision_known'))
  expect(await value('vicinity_feed_lag_seconds')).toBe(0)
  expect(await value('vicinity_writes_total{part="both",outcome="unchanged"}')).toBe(1)
})

describe('docs/metrics.md', () => {
  interface Metric {
    readonly kind: string
    readonly labels: readonly string[]
  }

  /** The tables of the page: name, kind, labels. */
  async function documented(): Promise<Map<string, Metric>> {
    const page = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8')
    const rows = page.matchAll(/^\| `(vicinity_\w+)` \| (\w+) \|([^|]*)\|/gm)
    const labelsOf = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map(([, label]) => label as string)
    return new Map(
      [...rows].map(
        ([, name, kind, cell]) => [name, { kind, labels: labelsOf(cell as string) }] as [string, Metric],
      ),
    )
  }

  test('names every metric that there is, and no other, by its kind', async () => {
    const served = (await replica.metrics()).matchAll(/^# TYPE (vicinity_\w+) (\w+)$/gm)
    const kinds = [...served].map(([, name, kind]) => [name, kind])
    const page = Array.from(await documented(), ([name, { kind }]) => [name, kind])
    expect(kinds.sort()).toEqual(page.sort())
  })

  test('names the labels of every series', async () => {
    const page = await documented()
    const series = (await replica.metrics()).matchAll(
      /^(vicinity_\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})? \S+$/gm,
    )
    const all = [...series]
    expect(all.length).toBeGreaterThan(page.size)
    const odd = all.flatMap(([line, name = '', labels = '']) => {
      const names = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label).filter(label => label !== 'le')
      const expected = page.get(name)?.labels ?? []
      return [...names].sort().join() === [...expected].sort().join() ? [] : [line]
    })
    expect(odd).toEqual([])
  })
})
