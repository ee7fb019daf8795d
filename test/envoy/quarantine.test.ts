import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests } from '../../demo/load.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import type { Convergence, ProxyStatus } from '../../src/model/proxies.ts'
import { RESOURCE_TYPES } from '../../src/model/resource-types.ts'
import type { Page } from '../../src/operations/list.ts'
import type { NackSummary } from '../../src/operations/nacks.ts'
import type { Revision } from '../../src/store/store.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

const LISTENER = 'default/edge/http'

describe('a listener whose port is taken', () => {
  let bed: Testbed
  let free: number
  let taken: number
  let other: Server

  beforeEach(async () => {
    bed = await openTestbed()
    free = await freePort()
    // Unlike an Envoy it does not share its port.
    other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    taken = (other.address() as { port: number }).port
    const [web, cart] = [await bed.echo('web'), await bed.echo('cart')]
    await bed.push(
      'topology',
      topology(service('web', [{ port: web.port }]), service('cart', [{ port: cart.port }])),
    )
    await bed.push('routes', routes(free))
  }, SETUP_TIMEOUT)
  afterEach(async () => {
    other.close()
    await bed?.close()
  })

  /** A gateway at a port, whose routes lead to services by their names. */
  const routes = (port: number, ...services: string[]) => ({
    gateways: [gateway('edge', port)],
    routes: [
      route(
        'all',
        ['web', ...services].map(name => toService(`/${name}`, name)),
      ),
    ],
  })
  const push = async (document: object) => {
    const path = '/v1/sources/test/routes'
    const prefer = { prefer: 'wait=10' }
    const { body } = await bed.api.call<{ revision: number; convergence: Convergence }>(
      'PUT',
      path,
      document,
      prefer,
    )
    return body
  }
  const served = async (port: number, name = 'web') =>
    (await sendRequests({ address: `127.0.0.1:${port}`, path: `/${name}`, host: 'x' }, 10)).byPod
  const causes = async (cause: string) =>
    (await bed.api.get<Page<Revision>>(`/v1/revisions?filter=cause=${cause}`)).items
  const listenersOf = async (node: string) => {
    const { items } = await bed.api.get<Page<ProxyStatus>>('/v1/proxies')
    const proxy = items.find(one => one.viewpoint.node === node)
    return proxy?.types.find(({ typeUrl }) => typeUrl === RESOURCE_TYPES.lds)
  }
  /** Once it has answered all that it was sent. */
  const syncedListenersOf = (node: string) =>
    waitUntil(`the listeners of ${node} to be in sync`, async () => {
      const listeners = await listenersOf(node)
      return listeners?.status === 'SYNCED' && listeners
    })
  /** Until this control plane has read how much of a revision is kept back: that it is written is known before. */
  const keepsBack = (refused: number, count: number) =>
    waitUntil(`${count} of revision ${refused} to be kept back`, async () => {
      const { quarantined } = await bed.api.get<{ quarantined: object[] }>(`/v1/revisions/${refused}`)
      return quarantined.length === count
    })

  test('is refused by that Envoy, and taken by the others', async () => {
    await bed.envoy({ node: 'a' })
    const { revision, convergence } = await push(routes(taken))
    expect(convergence).toMatchObject({ proxies: 1, acked: 0, pending: [] })
    expect(convergence.nacked[0]?.detail).toMatch(/default\/edge\/http.*bind|bind.*default\/edge\/http/s)
    other.close()
    await bed.envoy({ node: 'b' })
    expect(await served(taken)).toEqual({ web: 10 })
    expect(await served(free)).toEqual({ web: 10 })
    expect(await listenersOf('a')).toMatchObject({ status: 'NACK', rejected: { resources: [LISTENER] } })
    await syncedListenersOf('b')
    const kept = async () => (await bed.api.get<{ nacks: NackSummary[] }>(`/v1/revisions/${revision}`)).nacks
    await waitUntil('the NACK to be kept', async () => (await kept()).length > 0)
    expect(await kept()).toMatchObject([{ type: 'lds', resources: [{ name: LISTENER }], count: 1 }])
    expect(await causes('quarantine')).toEqual([])
  })

  test('and was never another one is kept from new Envoys, which go live without it, and get the repair', async () => {
    const { revision } = await push(routes(taken))
    await Promise.all([bed.envoy({ node: 'a' }), bed.envoy({ node: 'b' })])
    await keepsBack(revision, 1)
    expect(await causes('quarantine')).toHaveLength(1)
    await bed.envoy({ node: 'c' })
    expect(await syncedListenersOf('c')).toMatchObject({ quarantined: [LISTENER], sent: 0 })
    const repaired = await freePort()
    expect((await push(routes(repaired))).convergence).toMatchObject({ acked: 3, nacked: [] })
    expect(await served(repaired)).toEqual({ web: 10 })
  })

  test('is kept from new Envoys when all refuse it: what was there before serves, other changes arrive, and the repair', async () => {
    await Promise.all([bed.envoy({ node: 'a' }), bed.envoy({ node: 'b' })])
    const { revision, convergence } = await push(routes(taken))
    expect(convergence.nacked).toHaveLength(2)
    await keepsBack(revision, 1)
    expect(await causes('quarantine')).toHaveLength(1)

    await bed.envoy({ node: 'c' })
    expect(await syncedListenersOf('c')).toMatchObject({ quarantined: [LISTENER] })
    expect(await served(free)).toEqual({ web: 10 })
    expect((await push(routes(taken, 'cart'))).convergence).toMatchObject({ acked: 3, nacked: [] })
    expect(await served(free, 'cart')).toEqual({ cart: 10 })

    await bed.restart()
    await bed.envoy({ node: 'd' })
    expect(await listenersOf('d')).toMatchObject({ quarantined: [LISTENER] })
    await waitUntil(
      'all to be back',
      async () => (await bed.api.get<Page<ProxyStatus>>('/v1/proxies')).items.length === 4,
      { timeout: 15_000 },
    )
    expect(await served(free, 'cart')).toEqual({ cart: 10 })

    const repaired = await freePort()
    expect((await push(routes(repaired, 'cart'))).convergence).toMatchObject({ acked: 4, nacked: [] })
    expect(await served(repaired, 'cart')).toEqual({ cart: 10 })
    await waitUntil('it to be released', async () => (await causes('release')).length === 1)
    await waitUntil('it to be read', async () => (await listenersOf('d'))?.quarantined === undefined)
  }, 60_000)
})
