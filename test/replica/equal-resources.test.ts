import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  ASSIGNMENTS,
  CLUSTERS,
  LISTENERS,
  type Response,
  ROUTES,
} from '../../bench/acceptance/delta-protocol.ts'
import { DeltaStream } from '../../bench/acceptance/delta-stream.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import type { ConfigurationAnswer } from '../../src/operations/configuration/document.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'
import { openReplicas, pushAndWait, type ReplicaBed, type Replicas } from '../support/replicas.ts'

const NAMES = ['web', 'cart', 'search']
const shop = (port: number) =>
  topology(
    ...NAMES.map((name, index) =>
      service(
        name,
        [
          { name: 'near', port },
          { name: 'far', port: port + 1, zone: 'zone-b', address: '127.0.0.2' },
        ],
        { trafficDistribution: index === 0 ? 'PreferSameZone' : undefined, connectTimeout: `${index + 1}s` },
      ),
    ),
  )
const ROUTING = {
  gateways: [gateway('edge', 10080, { services: 'all' })],
  routes: [
    route(
      'all',
      NAMES.map(name => toService(`/${name}`, name)),
    ),
  ],
}
const clusters = NAMES.map(name => `default/${name}/3000`)

await onPostgres(() => {
  let replicas: Replicas
  beforeAll(async () => {
    replicas = await openReplicas(2)
  })
  afterAll(() => replicas?.close())

  /** Every resource that a proxy in the zone is sent, by type and name: its version and its bytes. */
  async function served({ xds }: ReplicaBed, zone: string): Promise<Record<string, string>> {
    const found: Record<string, string> = {}
    const expected = 2 * NAMES.length + 2
    let stream: DeltaStream | undefined
    await new Promise<void>(resolve => {
      const take = (response: Response) => {
        for (const { name, version, resource } of response.resources)
          found[`${response.typeUrl} ${name}`] = `${version} ${Buffer.from(resource.value).toString('hex')}`
        stream?.acknowledge(response)
        if (Object.keys(found).length === expected) resolve()
      }
      stream = new DeltaStream(xds, { id: 'n', gateway: 'edge', region: 'r1', zone }, take)
      stream.send({ typeUrl: CLUSTERS })
      stream.send({ typeUrl: ASSIGNMENTS, resourceNamesSubscribe: clusters })
      stream.send({ typeUrl: LISTENERS })
      stream.send({ typeUrl: ROUTES, resourceNamesSubscribe: ['default/edge/http'] })
    })
    stream?.close()
    return found
  }

  test.each(['zone-a', 'zone-b', 'zone-c'])(
    'replicas serve %s the same bytes by the same versions',
    async zone => {
      const [a, b] = replicas.all as [ReplicaBed, ReplicaBed]
      // What one has followed and what the other has pushed must come to the same.
      await pushAndWait(a, 'topology', shop(9000))
      await pushAndWait(b, 'routes', ROUTING)
      await pushAndWait(b, 'topology', shop(9100))
      await pushAndWait(a, 'topology', shop(9000))
      await b.api.get('/v1/services')
      const first = await served(a, zone)
      expect(await served(b, zone)).toEqual(first)
      const third = await openReplicas(1, replicas.database)
      expect(await served(third.all[0] as ReplicaBed, zone)).toEqual(first)
      await third.close()
    },
  )

  test('a replica tells of a proxy of another what that one has, though it never sent it', async () => {
    const [a, b] = replicas.all as [ReplicaBed, ReplicaBed]
    await pushAndWait(a, 'topology', shop(9000))
    await pushAndWait(a, 'routes', ROUTING)
    await a.proxy('envoy', 'zone-a', 2 * NAMES.length + 2)
    let id = ''
    await waitUntil('the other replica to hear that the proxy has everything', async () => {
      const [proxy] = (await b.proxies()).items
      id = proxy?.id ?? ''
      return proxy?.synced === true && proxy.types.length === 4
    })
    const [sent, told] = await Promise.all(
      [a, b].map(replica => replica.api.get<ConfigurationAnswer>(`/v1/proxies/${id}/config`)),
    )
    expect([sent?.exact, told?.exact]).toEqual([true, false])
    expect(sent?.resources).toHaveLength(2 * NAMES.length + 2)
    expect(told?.resources).toEqual(expect.arrayContaining([...(sent?.resources ?? [])]))
    expect(told?.resources).toHaveLength(sent?.resources.length ?? 0)
  })
})
