import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { type EndpointAt, service, topology } from '../support/documents.ts'
import type { GrpcBackend } from '../support/grpc-backend.ts'
import { type GrpcBed, type Library, openGrpcBed, settledOn, WEB } from '../support/grpc-bed.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'
import type { XdsCaller } from '../support/xds-caller.ts'
import { withEachLibrary } from './with-each-library.ts'

/** By grpc-js calls are only counted where this is so when the channel is made. */
const CHECKED = {
  healthCheck: { passive: { consecutive5XxErrors: 5, interval: '100ms', baseEjectionTime: '300ms' } },
}
const SAME_ZONE = { trafficDistribution: 'PreferSameZone', ...CHECKED }

await withEachLibrary((name, library) =>
  describe(`[O101] clients of ${name} in two zones`, () => inTwoZones(library)),
)

function inTwoZones(library: Library): void {
  let grpc: GrpcBed
  let [a, b]: GrpcBackend[] = []
  let inA: XdsCaller
  let inB: XdsCaller

  const at = (backend: GrpcBackend | undefined, zone: string): EndpointAt => ({
    name: backend?.name ?? '',
    port: backend?.port ?? 0,
    zone,
  })
  const both = () => [at(a, 'zone-a'), at(b, 'zone-b')]

  const proxies = async () =>
    (await grpc.bed.api.get<{ items: { node: string; synced: boolean }[] }>('/v1/proxies')).items

  beforeAll(async () => {
    grpc = await openGrpcBed()
    ;[a, b] = await Promise.all([grpc.backend('a'), grpc.backend('b')])
    await grpc.push(both(), SAME_ZONE)
    ;[inA, inB] = await Promise.all([grpc.client(library, 'zone-a'), grpc.client(library, 'zone-b')])
  }, SETUP_TIMEOUT)
  afterAll(() => grpc?.close())

  test('each reach the server of their own zone', async () => {
    const [first, second] = await Promise.all([inA.call(WEB, { count: 20 }), inB.call(WEB, { count: 20 })])
    expect(first).toMatchObject({ answered: { a: 20 }, failed: [] })
    expect(second).toMatchObject({ answered: { b: 20 }, failed: [] })
  })

  test('are shown as what they are, with all taken and nothing to warn of', async () => {
    const items = await proxies()
    expect(items).toHaveLength(2)
    for (const one of items) {
      expect(one).toMatchObject({ kind: 'grpc', form: 'sotw', gateway: '', synced: true, warnings: [] })
      expect(JSON.stringify(one)).not.toContain('rejected')
    }
  })

  test('go to the other zone when their own server is taken away, and come back with it', async () => {
    await grpc.push([at(b, 'zone-b')], SAME_ZONE)
    expect(await settledOn(inA, 'b')).toMatchObject({ answered: { b: 20 }, failed: [] })
    await grpc.push(both(), SAME_ZONE)
    expect(await settledOn(inA, 'a')).toMatchObject({ answered: { a: 20 }, failed: [] })
  })

  test('go to both zones when the service says no more, and home when it does again', async () => {
    await grpc.push(both(), CHECKED)
    await waitUntil('b to answer', async () => (await inA.call(WEB)).answered.b === 1)
    const { answered, failed } = await inA.call(WEB, { count: 100 })
    expect(failed).toEqual([])
    expect(answered.a).toBeGreaterThan(20)
    expect(answered.b).toBeGreaterThan(20)
    await grpc.push(both(), SAME_ZONE)
    expect(await settledOn(inA, 'a')).toMatchObject({ answered: { a: 20 } })
  })

  test('share calls out as the rule of their zone says', async () => {
    const distribute = [{ from: 'r1/zone-a', to: { 'r1/zone-a': 80, 'r1/zone-b': 20 } }]
    await grpc.push(both(), { ...CHECKED, locality: { distribute } })
    await waitUntil('b to answer', async () => (await inA.call(WEB)).answered.b === 1)
    const { answered } = await inA.call(WEB, { count: 300 })
    expect((answered.a ?? 0) / 300, JSON.stringify(answered)).toBeCloseTo(0.8, 0.9)
  })

  test('leave a server alone that answers with errors only', async () => {
    await grpc.push(both(), SAME_ZONE)
    await settledOn(inA, 'a')
    a?.answerCalls(status.UNAVAILABLE)
    await waitUntil('b to answer', async () => (await inA.call(WEB, { count: 6 })).answered.b === 6)
    a?.answerCalls(status.OK)
    await settledOn(inA, 'a')
  })

  test('go to the other zone when their own server dies', async () => {
    a?.close()
    const { answered, failed } = await inA.call(WEB, { count: 20 })
    expect(failed).toEqual([])
    expect(answered).toEqual({ b: 20 })
  })

  test('call a service by its name in Kubernetes, too', async () => {
    expect(await inB.call('xds:///web.default:3000')).toMatchObject({ answered: { b: 1 } })
  })

  test('fail at once where there is no such service, and reach it when it comes', async () => {
    const target = 'xds:///missing.default:3000'
    const began = performance.now()
    const { failed } = await inB.call(target, { timeout: 14_000 })
    expect(failed).toMatchObject([{ code: status.UNAVAILABLE }])
    // gRPC gives a resource that does not come 15 s.
    expect(performance.now() - began).toBeLessThan(5_000)
    const services = ['web', 'missing'].map(one => service(one, [at(b, 'zone-b')]))
    await grpc.bed.push('topology', topology(...services))
    await waitUntil('b to answer', async () => (await inB.call(target)).answered.b === 1)
  })

  test('fail at once when the service goes, and reach it when it comes back as it was', async () => {
    await grpc.bed.push('topology', topology())
    await waitUntil(
      'nobody to answer',
      async () => (await inB.call(WEB)).failed[0]?.code === status.UNAVAILABLE,
    )
    await grpc.push([at(b, 'zone-b')])
    await waitUntil('b to answer', async () => (await inB.call(WEB)).answered.b === 1)
  })

  test('are served on by a replica that has just begun, as if nothing had been', async () => {
    await grpc.bed.restart()
    await waitUntil('both to come back', async () => {
      // grpc-go has a stream for each target.
      const items = await proxies()
      return new Set(items.map(one => one.node)).size === 2 && items.every(one => one.synced)
    })
    expect(await inB.call(WEB, { count: 5 })).toMatchObject({ answered: { b: 5 }, failed: [] })
  })
}
