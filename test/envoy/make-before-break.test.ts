import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EchoServer } from '../../demo/echo-server.ts'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { startLoad, type Target } from '../../demo/load.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

const ROUNDS = 15
const RATE = 200

// Streams of one type each, and requests, have no order among them.
describe.each(['delta', 'sotw'] as const)('a change under load, by %s', form => {
  let bed: Testbed
  let envoy: Envoy
  let edge: object
  let address: string
  let blue: EchoServer
  let green: EchoServer

  beforeAll(async () => {
    bed = await openTestbed()
    const port = await freePort()
    address = `127.0.0.1:${port}`
    edge = gateway('edge', port)
    blue = await bed.echo('blue')
    green = await bed.echo('green')
    await bed.push('topology', topology(service('blue', [{ port: blue.port }])))
    await bed.push('routes', { gateways: [edge], routes: [route('all', [toService('/', 'blue')])] })
    envoy = await bed.envoy({ form })
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  const both = () => [service('blue', [{ port: blue.port }]), service('green', [{ port: green.port }])]
  /** Both parts at once: a service and what routes to it come and go in one revision. */
  const push = (services: object[], routes: object[]) =>
    bed.api.put('/v1/sources/test/snapshot', {
      topology: topology(...services),
      routes: { gateways: [edge], routes },
    })
  /** Makes the change ROUNDS times each way while requests go to these paths; returns all that was not a 200. */
  const underLoad = async (paths: string[], there: () => Promise<unknown>, back: () => Promise<unknown>) => {
    const targets: Target[] = paths.map(path => ({ address, path, host: 'x' }))
    const load = startLoad(targets, RATE)
    for (let round = 0; round < ROUNDS; round += 1) {
      await there()
      await sawRequests(load, 8)
      await back()
      await sawRequests(load, 8)
    }
    return (await load.stop()).failures
  }
  const sawRequests = (load: ReturnType<typeof startLoad>, count: number) => {
    const { sent } = load.result()
    return waitUntil('requests to be sent', () => load.result().sent >= sent + count, { every: 2 })
  }

  beforeEach(() => push(both(), [route('all', [toService('/', 'blue')])]))

  test('of the order of rules is answered with nothing but 200', async () => {
    const rules = [toService('/a', 'blue'), toService('/b', 'green'), toService('/', 'blue')]
    const failures = await underLoad(
      ['/a', '/b', '/'],
      () => push(both(), [route('all', rules)]),
      () => push(both(), [route('all', rules.toReversed())]),
    )
    expect(failures).toEqual([])
  })

  test('that moves a service from one route to another is answered with nothing but 200', async () => {
    const catchAll = route('catch-all', [toService('/', 'blue')])
    const failures = await underLoad(
      ['/moved', '/'],
      () => push(both(), [route('old', [toService('/moved', 'green')]), catchAll]),
      () => push(both(), [route('new', [toService('/moved', 'green')]), catchAll]),
    )
    expect(failures).toEqual([])
  })

  test('that switches a route to a service which comes in the same push is answered with nothing but 200', async () => {
    const onlyBlue = [service('blue', [{ port: blue.port }])]
    const onlyGreen = [service('green', [{ port: green.port }])]
    const failures = await underLoad(
      ['/'],
      () => push(onlyGreen, [route('all', [toService('/', 'green')])]),
      () => push(onlyBlue, [route('all', [toService('/', 'blue')])]),
    )
    expect(failures).toEqual([])
  })

  test('that brings and removes a route together with its service is answered with nothing but 200', async () => {
    const onlyBlue = [service('blue', [{ port: blue.port }])]
    const all = route('all', [toService('/', 'blue')])
    const failures = await underLoad(
      ['/extra', '/'],
      () => push(both(), [all, route('extra', [toService('/extra', 'green')])]),
      () => push(onlyBlue, [all]),
    )
    expect(failures).toEqual([])
    await waitUntil("Envoy to drop the removed service's cluster", async () => {
      const clusters = await envoy.page('/clusters')
      return !clusters.includes('default/green/3000::')
    })
  })
})
