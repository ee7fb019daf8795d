import { afterEach, beforeEach, expect, test } from 'vitest'
import { Closing } from '../../demo/closing.ts'
import { serveEcho } from '../../demo/echo-server.ts'
import { startEnvoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests } from '../../demo/load.ts'
import { parseAddress } from '../../src/address.ts'
import { envoyBootstrap } from '../../src/cli/envoy-bootstrap.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'
import { inSync, openReplicas, pushAndWait, type ReplicaBed, type Replicas } from '../support/replicas.ts'
import { SETUP_TIMEOUT } from '../support/testbed.ts'

await onPostgres(() => {
  let closing: Closing
  let replicas: Replicas
  beforeEach(async () => {
    closing = new Closing()
    replicas = await openReplicas(2)
    closing.addWay(() => replicas.close())
  }, SETUP_TIMEOUT)
  afterEach(() => closing.close())

  const address = (text: string) => {
    const parsed = parseAddress(text)
    if (typeof parsed === 'string') throw new Error(parsed)
    return parsed
  }

  async function envoyOn({ xds }: ReplicaBed) {
    const admin = `127.0.0.1:${await freePort()}`
    const stand = { id: 'envoy', zone: 'zone-a', region: 'r1', gateway: 'edge' }
    const bootstrap = envoyBootstrap({ ...stand, xds: address(xds), admin: address(admin) })
    closing.add(await startEnvoy(JSON.stringify(bootstrap), admin))
  }

  test('a push through one replica is answered when an Envoy of another routes by it', async () => {
    const [a, b] = replicas.all as [ReplicaBed, ReplicaBed]
    const pods = await Promise.all(['first', 'second'].map(pod => serveEcho(pod)))
    for (const pod of pods) closing.addWay(() => pod.close())
    const port = await freePort()
    const target = { address: `127.0.0.1:${port}`, path: '/', host: 'x' }
    await pushAndWait(a, 'topology', topology(service('web', [{ port: pods[0]?.port ?? 0 }])))
    await pushAndWait(a, 'routes', {
      gateways: [gateway('edge', port)],
      routes: [route('all', [toService('/', 'web')])],
    })
    await envoyOn(b)
    await inSync(b, 1)
    for (const [index, pod] of ['second', 'first', 'second'].entries()) {
      const endpoint = { port: pods[(index + 1) % 2]?.port ?? 0 }
      const waited = await pushAndWait(a, 'topology', topology(service('web', [endpoint])))
      expect(waited).toMatchObject({ proxies: 1, acked: 1, nacked: [], pending: [] })
      expect((await sendRequests(target, 10)).byPod).toEqual({ [pod]: 10 })
    }
  }, 60_000)
})
