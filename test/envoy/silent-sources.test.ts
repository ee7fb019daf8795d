import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EchoServer } from '../../demo/echo-server.ts'
import { freePort } from '../../demo/free-port.ts'
import { type Load, sendRequests, startLoad, type Target } from '../../demo/load.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import type { SourceSettings } from '../../src/model/control.ts'
import type { SourceSummary } from '../../src/operations/sources.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

const SOURCES = ['east', 'west'] as const

describe('two sources with the same service in the zone of a real Envoy', () => {
  let bed: Testbed
  let target: Target
  let pods: Record<(typeof SOURCES)[number], EchoServer>

  beforeAll(async () => {
    bed = await openTestbed()
    pods = { east: await bed.echo('east'), west: await bed.echo('west') }
    const port = await freePort()
    target = { address: `127.0.0.1:${port}`, path: '/', host: 'x' }
    await bed.push('routes', {
      gateways: [gateway('edge', port)],
      routes: [route('all', [toService('/', 'web')])],
    })
    for (const source of SOURCES) await push(source)
    await bed.envoy({})
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  beforeEach(async () => {
    for (const source of SOURCES) {
      await configure(source, {})
      await push(source)
    }
    await until('both to answer', ({ east, west }) => east > 0 && west > 0)
  })

  const push = (source: (typeof SOURCES)[number], present = [pods[source]]) => {
    const endpoints = present.map(({ pod, port }) => ({ name: pod, port }))
    return bed.push('topology', topology(service('web', endpoints)), source)
  }
  const configure = (source: string, settings: SourceSettings) =>
    bed.api.call('PUT', `/v1/sources/${source}/settings`, settings, { prefer: 'wait=10' })
  const stale = async (source: string) =>
    (await bed.api.get<SourceSummary>(`/v1/sources/${source}`)).stale !== null
  const silence = async (source: string, settings: SourceSettings) => {
    await configure(source, { staleAfter: '10ms', ...settings })
    await waitUntil(`${source} to be silent`, () => stale(source))
  }
  /** As a syncer that says every now and then that it is there. */
  const whileBeating = async (source: string, act: () => Promise<unknown>) => {
    const beats = setInterval(() => void bed.api.call('POST', `/v1/sources/${source}/heartbeat`), 200)
    await act().finally(() => clearInterval(beats))
  }
  const answers = async () => {
    const { byPod, failures } = await sendRequests(target, 40)
    expect(failures).toEqual([])
    return { east: byPod.east ?? 0, west: byPod.west ?? 0 }
  }
  const until = (what: string, isSo: (seen: { east: number; west: number }) => boolean) =>
    waitUntil(what, async () => isSo(await answers()))
  const withLoad = async (act: (load: Load) => Promise<void>) => {
    const load = startLoad(target, 200)
    await act(load)
    const { sent, failures } = await load.stop()
    expect(failures).toEqual([])
    expect(sent).toBeGreaterThan(0)
  }

  test.each(['standby', 'drop'] as const)(
    'one that is silent, with %s, gets no requests until it is heard again, and none fails',
    whenStale =>
      withLoad(async () => {
        await silence('west', { whenStale })
        await until('the silent one to get nothing', ({ east, west }) => west === 0 && east > 0)
        expect(await answers()).toEqual({ east: 40, west: 0 })
        await whileBeating('west', () => until('both to answer', ({ east, west }) => east > 0 && west > 0))
      }),
  )

  test('one that is silent, with keep, is as before', () =>
    withLoad(async () => {
      await silence('west', { whenStale: 'keep' })
      const { east, west } = await answers()
      expect(east).toBeGreaterThan(0)
      expect(west).toBeGreaterThan(0)
    }))

  test('with standby the only one that has endpoints keeps serving', () =>
    withLoad(async () => {
      await push('east', [])
      await silence('west', { whenStale: 'standby' })
      expect(await answers()).toEqual({ east: 0, west: 40 })
    }))
})
