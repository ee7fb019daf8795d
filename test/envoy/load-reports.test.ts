import { afterAll, beforeAll, expect, test } from 'vitest'
import { Closing } from '../../demo/closing.ts'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { gateway, route, service, toService } from '../support/documents.ts'
import { type RecordingBackend, startRecordingBackend } from '../support/recording-backend.ts'
import { SETUP_TIMEOUT, startAt } from '../support/testbed.ts'
import { openReportingBed, type ReportingBed } from '../xds/load-reports/reporting-bed.ts'

const ZONES = ['zone-a', 'zone-b', 'zone-c'] as const
type Zone = (typeof ZONES)[number]

const closing = new Closing()
let bed: ReportingBed
let backends: RecordingBackend[]
const envoys = new Map<Zone, { readonly envoy: Envoy; readonly address: string }>()

/** An Envoy and a backend in each zone, behind a service that all zones share and one that stays in its zone. */
beforeAll(async () => {
  bed = await openReportingBed({ loadInterval: 200 })
  closing.addWay(() => bed.close())
  backends = await Promise.all(ZONES.map(startRecordingBackend))
  for (const backend of backends) closing.addWay(() => backend.close())
  const ports = new Map(await Promise.all(ZONES.map(async zone => [zone, await freePort()] as const)))
  const endpoints = backends.map(({ name, port }) => ({ name, port, zone: name }))
  bed.push({
    topology: {
      zones: ZONES.map(zone => ({ zone, region: 'r1' })),
      services: [
        service('shared', endpoints),
        service('local', endpoints, { trafficDistribution: 'PreferSameZone' }),
        service('dead', [{ port: await freePort(), zone: 'zone-b' }]),
      ],
    },
    routes: {
      gateways: ZONES.map(zone => gateway(zone, ports.get(zone) ?? 0)),
      routes: [
        route(
          'all',
          ['shared', 'local', 'dead'].map(name => toService(`/${name}`, name)),
          { gateways: ZONES },
        ),
      ],
    },
  })
  await Promise.all(
    ZONES.map(async zone => {
      const envoy = closing.add(await startAt({ zone, gateway: zone, xds: bed.address }))
      envoys.set(zone, { envoy, address: `127.0.0.1:${ports.get(zone)}` })
      // Envoy counts from its first report with a cluster on: what was sent there before is never reported.
      await waitUntil('Vicinity to ask for reports', () => envoy.stat('load_reporter.requests'))
      const before = await reportsOf(envoy)
      await waitUntil('another report', async () => (await reportsOf(envoy)) > before)
    }),
  )
}, SETUP_TIMEOUT)
afterAll(() => closing.close())

const reportsOf = async (envoy: Envoy) => (await envoy.stat('load_reporter.responses')) ?? 0

/** The requests name the zone that they come from, for the backends to count. */
async function send(zone: Zone, path: string, count: number): Promise<void> {
  const { address = '' } = envoys.get(zone) ?? {}
  for (let sent = 0; sent < count; sent += 20) {
    const together = Array.from({ length: Math.min(20, count - sent) }, () =>
      request(address, { path, headers: { host: zone } }),
    )
    await Promise.all(together)
  }
}

type Matrix = Record<string, number>

/** What backends have received, by "service from to". */
function received(): Matrix {
  const matrix: Matrix = {}
  for (const { name, received } of backends) {
    for (const { path, host } of received) {
      const key = `${path.split(/[/?]/)[1]} ${host} ${name}`
      matrix[key] = (matrix[key] ?? 0) + 1
    }
  }
  return matrix
}

/** What is reported, the same way. */
function reported(count: 'requests' | 'errors'): Matrix {
  const matrix: Matrix = {}
  for (const cell of bed.cells()) {
    const { service, from, to } = cell
    const key = [service.replace('default/', ''), from.replace('r1/', ''), to.replace('r1/', '')].join(' ')
    if (cell[count] > 0) matrix[key] = (matrix[key] ?? 0) + cell[count]
  }
  return matrix
}

const total = (matrix: Matrix) => Object.values(matrix).reduce((sum, one) => sum + one, 0)

test('three Envoys report what the backends have received, between every two zones', async () => {
  bed.loads.tally.take()
  await Promise.all(
    ZONES.flatMap((zone, index) => [send(zone, '/shared', 100 + 50 * index), send(zone, '/local', 40)]),
  )
  const sums = received()
  expect(total(sums)).toBe(570)
  await waitUntil('all to be reported', () => total(reported('requests')) >= 570)
  expect(reported('requests')).toEqual(sums)
  expect(reported('errors')).toEqual({})
  expect(Object.keys(sums).filter(key => key.startsWith('shared'))).toHaveLength(9)
  expect(Object.keys(sums).filter(key => key.startsWith('local'))).toHaveLength(3)
})

test('answers that are the fault of the backend are errors', async () => {
  bed.loads.tally.take()
  await send('zone-a', '/local?status=503', 15)
  await waitUntil('all errors', () => total(reported('errors')) >= 15)
  expect(reported('errors')).toEqual({ 'local zone-a zone-a': 15 })
  expect(reported('requests')).toEqual({ 'local zone-a zone-a': 15 })
})

test('connections that do not come about are errors, and no requests', async () => {
  bed.loads.tally.take()
  await send('zone-c', '/dead', 5)
  await waitUntil('errors', () => total(reported('errors')) >= 5)
  expect(Object.keys(reported('errors'))).toEqual(['dead zone-c zone-b'])
  expect(reported('requests')).toEqual({})
})
