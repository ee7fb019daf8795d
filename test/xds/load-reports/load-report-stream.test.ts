import { Client, credentials, status } from '@grpc/grpc-js'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { authenticator } from '../../../src/auth/authenticate.ts'
import type { XdsServerOptions } from '../../../src/xds/server.ts'
import { gateway, route, service, topology, toService } from '../../support/documents.ts'
import type { Pushed } from '../../support/world.ts'
import { ReportStream, statsOf } from './report-stream.ts'
import { openReportingBed } from './reporting-bed.ts'

const WEB = 'default/web/3000'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** The services `web`, behind gateway `edge`, and `inner`. */
function documents(routed: readonly string[]): Pushed {
  return {
    topology: topology(service('web', []), service('inner', [])),
    routes: {
      gateways: [gateway('edge', 10080)],
      routes: [
        route(
          'all',
          routed.map(name => toService('/', name)),
        ),
      ],
    },
  }
}

async function serve(options: Partial<XdsServerOptions> = {}) {
  const bed = await openReportingBed(options)
  closers.push(() => bed.close())
  bed.push(documents(['web']))
  const client = new Client(bed.address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  })
  closers.push(() => client.close())
  return {
    ...bed,
    route: (services: readonly string[]) => bed.push(documents(services)),
    /** As "from to service requests/errors", of whatever minutes. */
    cells: () => {
      const sums = new Map<string, [requests: number, errors: number]>()
      for (const { from, to, service, requests, errors } of bed.cells()) {
        const key = `${from} ${to} ${service}`
        const [before, errorsBefore] = sums.get(key) ?? [0, 0]
        sums.set(key, [before + requests, errorsBefore + errors])
      }
      return Array.from(sums, ([key, counts]) => `${key} ${counts.join('/')}`)
    },
    stream: (token?: string) => new ReportStream(client, token),
  }
}

/** A machine with other work may be slow: only what never comes fails. */
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000 })

describe('a stream of load reports', () => {
  test('is asked for all clusters where its client can report all, and how often', async () => {
    const { stream } = await serve({ loadInterval: 2_500 })
    const one = stream()
    one.begin()
    await eventually(() =>
      expect(one.asked).toEqual([{ sendAllClusters: true, loadReportingInterval: '2.500s' }]),
    )
  })

  test('is asked for the clusters of its gateway where not, and again when these are others', async () => {
    const { stream, route } = await serve()
    const one = stream()
    one.begin({ clientFeatures: [] })
    await eventually(() => expect(one.asked).toHaveLength(1))
    route(['web', 'inner'])
    one.report([])
    await eventually(() => expect(one.asked).toHaveLength(2))
    one.report([])
    route(['inner'])
    one.report([])
    await eventually(() => expect(one.asked).toHaveLength(3))
    expect(one.asked.map(asked => asked.clusters)).toEqual([
      ['default/web/3000'],
      ['default/inner/3000', 'default/web/3000'],
      ['default/inner/3000'],
    ])
  })

  test('counts between the zone of its node and those of the endpoints, in sums over all reports', async () => {
    const { stream, cells } = await serve()
    const [one, other] = [stream(), stream()]
    one.begin()
    other.begin({ locality: { zone: 'zone-b' } })
    one.report([
      [WEB, 'zone-a', 80],
      [WEB, 'zone-b', 20, 3],
    ])
    one.report([[WEB, 'zone-a', 1]])
    other.report([
      [WEB, 'zone-a', 7],
      ['default/inner/3000', 'zone-b', 0, 2],
      [WEB, '', 5],
    ])
    await eventually(() =>
      expect(cells().sort()).toEqual([
        'r1/zone-a r1/zone-a default/web 81/0',
        'r1/zone-a r1/zone-b default/web 20/3',
        'r1/zone-b  default/web 5/0',
        'r1/zone-b r1/zone-a default/web 7/0',
        'r1/zone-b r1/zone-b default/inner 0/2',
      ]),
    )
  })

  test('counts what its first message brings: it was sent while there was no stream', async () => {
    const { stream, loads, cells } = await serve()
    const one = stream()
    one.begin({}, { clusterStats: [statsOf(WEB, 'zone-a', 9)] })
    await eventually(() => expect(cells()).toEqual(['r1/zone-a r1/zone-a default/web 9/0']))
    expect(loads.reporters.zones()).toEqual([{ region: 'r1', zone: 'zone-a', reporters: 1, rate: 0 }])
  })

  test('leaves out what is no service of the World, and zones that can be none', async () => {
    const { stream, cells } = await serve()
    const one = stream()
    one.begin()
    one.report([
      ['vicinity', '', 100],
      ['default/made-up/3000', 'zone-a', 100],
      [`default/web/3000/${'x'.repeat(1000)}`, 'zone-a', 100],
      [WEB, 'zone-a\nzone-b', 2],
      [WEB, 'z'.repeat(64), 3],
      [WEB, 'zone-a', 1],
    ])
    await eventually(() =>
      expect(cells()).toEqual(['r1/zone-a * default/web 5/0', 'r1/zone-a r1/zone-a default/web 1/0']),
    )
  })

  test('keeps the place of its first node, whatever a later one says', async () => {
    const { stream, cells } = await serve()
    const one = stream()
    one.begin()
    one.begin({ locality: { region: 'r1', zone: 'zone-b' } }, { clusterStats: [statsOf(WEB, 'zone-b', 1)] })
    await eventually(() => expect(cells()).toEqual(['r1/zone-a r1/zone-b default/web 1/0']))
    expect(one.asked).toHaveLength(1)
  })

  test('[M54] without a node in its first message ends with INVALID_ARGUMENT', async () => {
    const { stream } = await serve()
    const one = stream()
    one.report([[WEB, 'zone-a', 1]])
    expect(await one.status).toMatchObject({ code: status.INVALID_ARGUMENT, details: /node/ })
  })

  test('[M62] of bytes that do not parse ends with INVALID_ARGUMENT, alone', async () => {
    const { stream, loads, cells } = await serve()
    const [bad, worse, good] = [stream(), stream(), stream()]
    for (const one of [bad, good]) one.begin()
    bad.report([[WEB, 'zone-b', 1]])
    bad.bytes(Uint8Array.of(0x12, 0x7f, 0x01))
    worse.bytes(Buffer.from('GET / HTTP/1.1'))
    const refused = {
      code: status.INVALID_ARGUMENT,
      details: expect.stringMatching(/^not a LoadStatsRequest: /),
    }
    expect(await bad.status).toMatchObject(refused)
    expect(await worse.status).toMatchObject(refused)
    good.report([[WEB, 'zone-a', 1]])
    await eventually(() =>
      expect(cells()).toEqual(['r1/zone-a r1/zone-b default/web 1/0', 'r1/zone-a r1/zone-a default/web 1/0']),
    )
    expect(loads.reporters.zones()[0]?.reporters).toBe(1)
  })

  test('[M61] ends with OK when its client has said all, and leaves nothing behind', async () => {
    const { stream, loads } = await serve()
    const one = stream()
    one.begin()
    await eventually(() => expect(loads.reporters.zones()).toHaveLength(1))
    one.end()
    expect(await one.status).toMatchObject({ code: status.OK })
    expect(loads.reporters.zones()).toEqual([])
  })

  test('[M61] leaves nothing behind when its client is gone', async () => {
    const { stream, loads } = await serve()
    const all = Array.from({ length: 200 }, () => stream())
    for (const one of all) one.begin()
    await eventually(() => expect(loads.reporters.zones()[0]?.reporters).toBe(200))
    for (const one of all) one.cancel()
    await eventually(() => expect(loads.reporters.zones()).toEqual([]))
  })

  test('[M63] ends with UNAVAILABLE when the server stops', async () => {
    const { stream, server, loads } = await serve()
    const one = stream()
    one.begin()
    await eventually(() => expect(one.asked).toHaveLength(1))
    await server.close(0)
    expect(await one.status).toMatchObject({ code: status.UNAVAILABLE })
    expect(loads.reporters.zones()).toEqual([])
  })

  test('[M63] ends with UNAVAILABLE when its connection is as old as it may get', async () => {
    const { stream } = await serve({ maxConnectionAge: 100 })
    const one = stream()
    one.begin()
    expect(await one.status).toMatchObject({ code: status.UNAVAILABLE, details: /connect again/ })
  })

  test('[M66] without a valid token is UNAUTHENTICATED, whatever it sends', async () => {
    const { stream } = await serve({ authenticate: authenticator('secret') })
    for (const token of [undefined, 'wrong']) {
      const one = stream(token)
      one.bytes(Uint8Array.of(0xff))
      expect(await one.status).toMatchObject({ code: status.UNAUTHENTICATED })
    }
    const known = stream('secret')
    known.begin()
    await eventually(() => expect(known.asked).toHaveLength(1))
  })

  test('[M66] that authorization refuses is PERMISSION_DENIED, and counts nothing', async () => {
    const { stream, cells } = await serve({
      authorize: (_principal, { node }) => (node.gateway === 'default/edge' ? undefined : 'not your gateway'),
    })
    const one = stream()
    one.begin({ cluster: 'other' }, { clusterStats: [statsOf(WEB, 'zone-a', 1)] })
    expect(await one.status).toMatchObject({ code: status.PERMISSION_DENIED, details: 'not your gateway' })
    expect(cells()).toEqual([])
  })
})
