import { afterAll, beforeAll, expect, test } from 'vitest'
import { Closing } from '../../demo/closing.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { service, topology } from '../support/documents.ts'
import type { GrpcBackend } from '../support/grpc-backend.ts'
import { grpcClients, WEB } from '../support/grpc-bed.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'
import { openReportingBed, type ReportingBed } from '../xds/load-reports/reporting-bed.ts'
import { withEachLibrary } from './with-each-library.ts'

const closing = new Closing()
let bed: ReportingBed
let clients: Awaited<ReturnType<typeof grpcClients>>
let [a, b]: GrpcBackend[] = []

beforeAll(async () => {
  bed = await openReportingBed({ loadInterval: 200 })
  closing.addWay(() => bed.close())
  clients = await grpcClients(bed.address, closing)
  ;[a, b] = await Promise.all([clients.backend('a'), clients.backend('b')])
  const endpoints = [a, b].map((one, index) => ({
    name: one?.name ?? '',
    port: one?.port ?? 0,
    zone: `zone-${'ab'[index]}`,
  }))
  bed.push({ topology: topology(service('web', endpoints)) })
}, SETUP_TIMEOUT)
afterAll(() => closing.close())

await withEachLibrary((name, library) => {
  test(
    `[O101] a client of ${name} reports what its servers have received, by zone`,
    async () => {
      const client = await clients.client(library, 'zone-a')
      await client.call(WEB)
      const { answered } = await client.call(WEB, { count: 50 })
      expect(answered).toEqual({ a: expect.any(Number), b: expect.any(Number) })
      const received = () => [a?.received.length, b?.received.length]
      const reported = () =>
        ['r1/zone-a', 'r1/zone-b'].map(zone =>
          bed
            .cells()
            .reduce(
              (sum, one) => (one.to === zone && one.service === 'default/web' ? sum + one.requests : sum),
              0,
            ),
        )
      await waitUntil('all to be reported', () => String(reported()) === String(received()))
    },
    SETUP_TIMEOUT,
  )
})
