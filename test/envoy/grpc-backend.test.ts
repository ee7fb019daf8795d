import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Closing } from '../../demo/closing.ts'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { backend, gateway, route, service, topology, toService } from '../support/documents.ts'
import { GrpcCaller, startGrpcBackend } from '../support/grpc-backend.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

describe('a service that says nothing of its protocol, through a real Envoy', () => {
  const closing = new Closing()
  let bed: Testbed
  let address: string
  let caller: GrpcCaller

  beforeAll(async () => {
    bed = await openTestbed()
    closing.addWay(() => bed.close())
    const port = await freePort()
    address = `127.0.0.1:${port}`
    const calls = await startGrpcBackend('calls')
    closing.addWay(async () => calls.close())
    const web = await bed.echo('web')
    await bed.push(
      'topology',
      topology(service('calls', [{ port: calls.port }]), service('web', [{ port: web.port }])),
    )
    await bed.push('routes', { gateways: [gateway('edge', port)] })
    await bed.envoy({})
    caller = new GrpcCaller(address)
    closing.addWay(async () => caller.close())
  }, SETUP_TIMEOUT)
  afterAll(() => closing.close())

  const grpc = (name: string, settings: object = {}) => ({
    ...route('calls', [{ backendRefs: [backend(name)] }], settings),
    kind: 'GRPCRoute',
  })
  const http = route('calls', [toService('/', 'calls'), toService('/web', 'web')])
  const push = (routes: readonly object[], source = 'test-routes') => bed.push('routes', { routes }, source)
  const call = async () => {
    const { from, code } = await caller.call('/demo.Echo/Say')
    return from ?? code
  }
  const web = async () => (await request(address, { path: '/web' })).status

  test('is spoken to in HTTP/1.1 by an HTTPRoute, which gRPC does not get through', async () => {
    await push([http])
    expect(await call()).toBe(status.UNAVAILABLE)
    expect(await web()).toBe(200)
  })

  test('is called as soon as a GRPCRoute names it, and no other service is', async () => {
    await push([grpc('calls'), http])
    expect(await call()).toBe('calls')
    expect(await web()).toBe(200)
  })

  test('is spoken to in HTTP/1.1 still where a GRPCRoute names it that no gateway takes', async () => {
    await push([grpc('web', { gateways: ['no-gateway'] })], 'another')
    expect(await web()).toBe(200)
    await push([], 'another')
  })

  test('is spoken to in HTTP/1.1 again when the last GRPCRoute is gone, of whichever source', async () => {
    await push([grpc('calls', { hostnames: ['calls.example.com'] })], 'another')
    await push([http])
    expect(await call()).toBe('calls')
    await push([], 'another')
    expect(await call()).toBe(status.UNAVAILABLE)
  })
})
