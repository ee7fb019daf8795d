import { Client, credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { CLUSTER, routes, topology } from '../../demo/scenario.ts'
import type { ProxyStatus } from '../../src/model/proxies.ts'
import { RESOURCE_TYPES } from '../../src/model/resource-types.ts'
import type { ConfigurationAnswer } from '../../src/operations/configuration/document.ts'
import type { Page } from '../../src/operations/list.ts'
import { decode, encode } from '../../src/proto/message.ts'
import { clientStatusService } from '../../src/proto/service.ts'
import { messageNameOf } from '../../src/proto/type-urls.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'
import { ask } from '../xds/side-services/side-bed.ts'

let bed: Testbed
let envoy: Envoy
let proxy: ProxyStatus

beforeAll(async () => {
  bed = await openTestbed()
  const one = { pod: 'one', port: 9001, zone: 'zone-a' }
  const other = { pod: 'other', port: 9002, zone: 'zone-b' }
  await bed.push('topology', topology([one, other]))
  await bed.push('routes', routes([{ name: 'edge', port: await freePort() }]))
  envoy = await bed.envoy({ zone: 'zone-a' })
  const { items } = await bed.api.get<Page<ProxyStatus>>('/v1/proxies')
  proxy = items[0] as ProxyStatus
}, SETUP_TIMEOUT)
afterAll(() => bed?.close())

/** What Envoy says that it has, in its own words. */
interface Dump {
  configs: {
    dynamic_active_clusters?: { version_info: string; cluster: Any }[]
    dynamic_listeners?: { active_state: { version_info: string; listener: Any } }[]
    dynamic_route_configs?: { version_info: string; route_config: Any }[]
    dynamic_endpoint_configs?: { endpoint_config: Any }[]
  }[]
}

type Any = { '@type': string; name?: string; cluster_name?: string }

async function configuration(): Promise<ConfigurationAnswer> {
  return bed.api.get(`/v1/proxies/${proxy.id}/config`)
}

/** One form for both: the descriptor's names, and nothing that says what is so by default. */
function normal({ '@type': typeUrl, ...message }: Any): object {
  const name = messageNameOf(typeUrl)
  return { '@type': typeUrl, ...decode(name, encode(name, message)) }
}

test("a proxy's configuration is what a real Envoy says that it has", async () => {
  const { configs } = JSON.parse(await envoy.page('/config_dump')) as Dump
  const dumped = configs.flatMap(one => [
    ...(one.dynamic_active_clusters ?? []).map(
      ({ version_info, cluster }) => [version_info, cluster] as const,
    ),
    ...(one.dynamic_listeners ?? []).map(
      ({ active_state: { version_info, listener } }) => [version_info, listener] as const,
    ),
    ...(one.dynamic_route_configs ?? []).map(
      ({ version_info, route_config }) => [version_info, route_config] as const,
    ),
  ])
  const { exact, resources } = await configuration()
  expect(exact).toBe(true)
  expect(resources.map(one => one.status)).toEqual(['SYNCED', 'SYNCED', 'SYNCED', 'SYNCED'])
  const shown = resources
    .filter(({ type }) => type !== 'eds')
    .map(({ name, version, message }) => ({ name, version, message }))
  expect(shown).toHaveLength(3)
  expect(shown).toEqual(
    expect.arrayContaining(
      dumped.map(([version, message]) => ({ name: message.name, version, message: normal(message) })),
    ),
  )
  expect(dumped).toHaveLength(3)
})

test('and so are its endpoints: localities, priorities, weights, addresses', async () => {
  const { configs } = JSON.parse(await envoy.page('/config_dump?include_eds')) as Dump
  const dumped = configs
    .flatMap(one => one.dynamic_endpoint_configs ?? [])
    .map(({ endpoint_config }) => normal(endpoint_config))
    .map(one => localities(one as Assignment))
  const { resources } = await configuration()
  const [shown] = resources.filter(({ type }) => type === 'eds')
  expect(shown).toMatchObject({ name: CLUSTER, message: { '@type': RESOURCE_TYPES.eds } })
  expect(localities(shown?.message as Assignment)).toHaveLength(2)
  expect(dumped).toContainEqual(localities(shown?.message as Assignment))
})

test('and CSDS tells the same of it', async () => {
  const client = new Client(bed.xds, credentials.createInsecure())
  const answer = await ask(client, clientStatusService.fetch, Buffer.alloc(0))
  client.close()
  const { config } = decode('envoy.service.status.v3.ClientStatusResponse', answer) as {
    config: { node: { id: string }; genericXdsConfigs: Record<string, unknown>[] }[]
  }
  expect(config.map(one => one.node.id)).toEqual([proxy.node])
  const { resources } = await configuration()
  expect(config[0]?.genericXdsConfigs).toEqual(
    resources.map(({ name, version, message }) => ({
      typeUrl: (message as Any)['@type'],
      name,
      versionInfo: version,
      xdsConfig: message,
      configStatus: 'SYNCED',
      clientStatus: 'ACKED',
    })),
  )
})

interface Assignment {
  clusterName?: string
  endpoints: {
    locality: object
    priority?: number
    loadBalancingWeight?: number
    lbEndpoints: { endpoint: { address: object }; loadBalancingWeight?: number }[]
  }[]
}

/** As Envoy tells of its hosts: what it adds (health, statistics) is left out. */
function localities({ endpoints }: Assignment): object[] {
  return endpoints
    .map(({ locality, priority = 0, loadBalancingWeight, lbEndpoints }) => ({
      locality,
      priority,
      loadBalancingWeight,
      hosts: lbEndpoints.map(({ endpoint, loadBalancingWeight }) => ({
        address: endpoint.address,
        loadBalancingWeight,
      })),
    }))
    .sort((a, b) => a.priority - b.priority)
}
