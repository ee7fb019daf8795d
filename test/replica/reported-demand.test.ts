import { Client, credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, test } from 'vitest'
import { Closing } from '../../demo/closing.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import type { Explanation } from '../../src/operations/explain-assignment.ts'
import { service } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'
import { TestClient } from '../xds/grpc-client.ts'
import { ReportStream } from '../xds/load-reports/report-stream.ts'
import { CDS } from '../xds/protocol/session.ts'

const WEB = 'default/web/3000'
/** Soon, and peaks last longer than the test. */
const TIMING = { window: 600_000, hold: 0, beat: 10, settle: 10, retry: 100 }

const closing = new Closing()
let bed: Testbed
let client: Client

beforeAll(async () => {
  bed = await openTestbed(TIMING)
  closing.addWay(() => bed.close())
  client = new Client(bed.xds, credentials.createInsecure())
  closing.addWay(async () => client.close())
  const endpoints = ['zone-a', 'zone-b'].map((zone, index) => ({ port: 1 + index, zone }))
  await bed.api.put('/v1/sources/test/topology', {
    zones: ['zone-a', 'zone-b'].map(zone => ({ zone, region: 'r1' })),
    services: [service('web', endpoints, { locality: { mode: 'Balanced' } })],
  })
}, SETUP_TIMEOUT)
afterAll(() => closing.close())

/** A proxy that is connected; it reports when somebody lets it. */
async function connect(zone: string): Promise<ReportStream> {
  const node = { id: `e-${zone}`, cluster: 'edge', locality: { region: 'r1', zone } }
  const proxy = new TestClient(bed.xds)
  closing.addWay(async () => proxy.close())
  const discovery = proxy.stream()
  discovery.begin(CDS, {}, node)
  discovery.ack(await discovery.next())
  const reports = new ReportStream(client)
  reports.begin(node)
  await waitUntil('it to be asked for reports', () => reports.asked.length > 0)
  return reports
}

/** Of all that is asked for, so much in zone-a, as its assignment says; undefined: nothing is written. */
async function shareOfA(): Promise<number | undefined> {
  const path = '/v1/services/default/web/assignment?zone=zone-a'
  const { notes } = (await bed.api.call<Explanation>('GET', path)).body
  const [, asked, total] = /^zone r1\/zone-a asks for ([0-9.]+) of ([0-9.]+) /.exec(notes.join()) ?? []
  return asked === undefined ? undefined : Number(asked) / Number(total)
}

test('a balanced service is shared out by the requests that proxies report', async () => {
  const [a, b] = [await connect('zone-a'), await connect('zone-b')]
  await waitUntil('demand by proxies', async () => (await shareOfA()) === 0.5)
  a.report([[WEB, 'zone-a', 9_000_000]])
  b.report([[WEB, 'zone-b', 10_000]])
  // How much that is in a second is for this machine to say.
  await waitUntil('demand by requests', async () => ((await shareOfA()) ?? 0) > 0.75)
})
