import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EchoServer } from '../../demo/echo-server.ts'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests } from '../../demo/load.ts'
import { CLUSTER, type Edge, routes, target } from '../../demo/scenario.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import type { Demand } from '../../src/model/control.ts'
import type { Explanation } from '../../src/operations/explain-assignment.ts'
import { TYPE_URLS } from '../../src/proto/type-urls.ts'
import type { Revision } from '../../src/store/store.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'
import { TestClient, type TestStream } from '../xds/grpc-client.ts'

/** Soon, and peaks last longer than the test. */
const TIMING = { window: 600_000, hold: 0, beat: 20, settle: 20, retry: 100 }

describe('a balanced service, with proxies in three zones', () => {
  let bed: Testbed
  let edge: Edge
  let envoy: Envoy
  let client: TestClient
  let pods: readonly EchoServer[]

  beforeAll(async () => {
    bed = await openTestbed(TIMING)
    pods = await Promise.all(['a-1', 'b-1', 'b-2', 'c-1'].map(pod => bed.echo(pod)))
    edge = { name: 'edge', port: await freePort() }
    client = new TestClient(bed.xds)
    await push({})
    await bed.push('routes', routes([edge]))
    envoy = await bed.envoy({})
  }, SETUP_TIMEOUT)
  afterAll(async () => {
    client?.close()
    await bed?.close()
  })

  const push = (locality: object) =>
    bed.push('topology', {
      zones: ['zone-a', 'zone-b', 'zone-c'].map(zone => ({ zone, region: 'r1' })),
      services: [
        {
          name: 'zone-routing-backend',
          ports: [{ port: 3000 }],
          locality,
          endpoints: pods.map(({ pod, port }) => ({
            name: pod,
            address: '127.0.0.1',
            port,
            zone: `zone-${pod[0]}`,
          })),
        },
      ],
    })
  /** Streams of proxies in a zone that ask for something else: each is answered once, and no push waits for it. */
  const connect = (zone: string, count: number): Promise<TestStream[]> =>
    Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const stream = client.stream()
        const locality = { region: 'r1', zone }
        const names = { resourceNamesSubscribe: ['default/other/80'] }
        stream.begin(TYPE_URLS.endpoints, names, { id: `${zone}-${index}`, locality })
        stream.ack(await stream.next())
        return stream
      }),
    )
  const explained = async (zone: string) => {
    const path = `/v1/services/default/zone-routing-backend/assignment?zone=${zone}`
    return (await bed.api.call<Explanation>('GET', path)).body
  }
  const demands = async () =>
    (await bed.api.call<{ items: Revision[]; total: number }>('GET', '/v1/revisions?filter=cause%3Ddemand'))
      .body
  const updates = () => envoy.stat(`cluster.${CLUSTER}.update_success`)

  test('makes rows of demand of those that are connected, and these its shares', async () => {
    // The Envoy is one more in zone-a.
    await Promise.all([connect('zone-a', 39), connect('zone-b', 5), connect('zone-c', 5)])
    await push({ mode: 'Balanced' })
    const asked = await waitUntil('the demand to be written', async () => {
      const answer = await explained('zone-a')
      return answer.notes[0]?.startsWith('zone r1/zone-a asks') && answer
    })
    const { mode, rule, notes } = asked
    expect({ mode, rule, notes }).toEqual({
      mode: 'Balanced',
      rule: expect.stringMatching(/^locality.mode Balanced of source test, revision/),
      notes: [
        'zone r1/zone-a asks for 40 of 50 and has 1 of 4 endpoints: it may be loaded 10 % above the mean, with 27.5 % of all; 65.6 % of its requests go to zone r1/zone-b, zone r1/zone-c',
      ],
    })
    const { items, total } = await demands()
    expect(total).toBe(1)
    expect(items[0]).toMatchObject({ cause: 'demand', author: 'vicinity', part: 'control', source: null })
  })

  test('Envoy keeps the shares that explain promises, within 3 points of 2,000 requests', async () => {
    const { endpoints } = await explained('zone-a')
    const promised = Object.fromEntries(endpoints.map(one => [one.name, one.share]))
    await waitUntil('Envoy to use all', async () => {
      const { byPod } = await sendRequests(target(edge), 50)
      return Object.keys(byPod).length === 4
    })
    const { byPod, failures } = await sendRequests(target(edge), 2000)
    expect(failures).toEqual([])
    for (const [pod, share] of Object.entries(promised)) {
      expect(Math.abs((byPod[pod] ?? 0) / 2000 - share), `${pod} of ${JSON.stringify(byPod)}`).toBeLessThan(
        0.03,
      )
    }
  })

  test('proxies that do not matter change nothing and send nothing', async () => {
    const sent = await updates()
    await connect('zone-a', 1)
    await connect('zone-b', 1)
    await push({ mode: 'Balanced', minEndpoints: 1 })
    expect(await updates()).toBe(sent)
    // What comes last is noticed: the row that it writes is the next one.
    await connect('zone-b', 50)
    const { items } = await waitUntil('the demand of many', async () => {
      const answer = await demands()
      return answer.total > 1 && answer
    })
    const next = items.at(-2)?.revision
    const diff = await bed.api.call<{ items: { name: string; after: Demand }[] }>(
      'GET',
      `/v1/revisions/${next}/diff`,
    )
    const written = diff.body.items.find(one => one.name === 'r1/zone-b')
    expect(written?.after.demand).toBeGreaterThan(6)
    await waitUntil('Envoy to be told', async () => (await updates()) !== sent)
  })
})
