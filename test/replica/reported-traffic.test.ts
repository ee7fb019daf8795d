import { Client, credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Closing } from '../../demo/closing.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import type { TrafficAnswer } from '../../src/operations/traffic/read-traffic.ts'
import { service } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'
import { ReportStream } from '../xds/load-reports/report-stream.ts'

const closing = new Closing()
let bed: Testbed
let client: Client

beforeAll(async () => {
  bed = await openTestbed()
  closing.addWay(() => bed.close())
  client = new Client(bed.xds, credentials.createInsecure())
  closing.addWay(async () => client.close())
  const endpoints = ['zone-a', 'zone-b'].map((zone, index) => ({ port: 1 + index, zone }))
  await bed.api.put('/v1/sources/test/topology', {
    zones: ['zone-a', 'zone-b'].map(zone => ({ zone, region: 'r1' })),
    services: [service('web', endpoints)],
  })
}, SETUP_TIMEOUT)
afterAll(() => closing.close())

async function traffic(): Promise<Pick<TrafficAnswer, 'requests' | 'errors' | 'inZoneShare' | 'matrix'>> {
  const { requests, errors, inZoneShare, matrix } = (await bed.api.call<TrafficAnswer>('GET', '/v1/traffic'))
    .body
  return { requests, errors, inZoneShare, matrix }
}

test('what proxies report is told at once, and still is after a restart', async () => {
  const reports = new ReportStream(client)
  reports.begin()
  await waitUntil('it to be asked for reports', () => reports.asked.length > 0)
  reports.report([
    ['default/web/3000', 'zone-a', 90, 2],
    ['default/web/3000', 'zone-b', 10],
  ])
  await waitUntil('the requests', async () => (await traffic()).requests > 0)
  const pair = { from: 'r1/zone-a', errors: 0, estimate: null }
  const told = {
    requests: 100,
    errors: 2,
    inZoneShare: 0.9,
    matrix: [
      { ...pair, to: 'r1/zone-a', requests: 90, errors: 2 },
      { ...pair, to: 'r1/zone-b', requests: 10 },
    ],
  }
  expect(await traffic()).toEqual(told)
  reports.report([['default/web/3000', 'zone-b', 100]])
  reports.end()
  await reports.status
  // Nobody asked in between: it is stored because the replica ends.
  await bed.restart()
  expect(await traffic()).toMatchObject({ requests: 200, inZoneShare: 0.45 })
})
