import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Closing } from '../../demo/closing.ts'
import { type Envoy, startEnvoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests } from '../../demo/load.ts'
import type { Explanation } from '../../src/operations/explain-assignment.ts'
import { runCli } from '../cli/run-cli.ts'
import { findKubernetesApi, HOW_TO_GET_IT } from '../support/kubernetes-api/find-kubernetes-api.ts'
import { machineAddress } from '../support/kubernetes-api/machine-address.ts'
import {
  openZoneRoutingCluster,
  type ZoneRoutingCluster,
} from '../support/kubernetes-api/zone-routing-cluster.ts'
import { DUAL_STACK, HOST, SERVICES } from '../support/kubernetes-api/zone-routing-objects.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

/**
 * Envoy Gateway's zone routing by nothing but kubectl and vicinity: a real API server whose EndpointSlice controller
 * writes the hints, `kubectl get … -A -o json | vicinity push --source east -`, and two real Envoys.
 */
const REQUESTS = 1_000

const installation = await findKubernetesApi()
const address = machineAddress()

if (!installation || !address) {
  const reason = installation
    ? 'this machine has no IPv4 address but 127.0.0.1, which the API server refuses for Pods'
    : HOW_TO_GET_IT
  console.warn(`SKIPPED: the tests on a real Kubernetes API server did not run: ${reason}`)
  test.skip(`SKIPPED, all that needs a real Kubernetes API server: ${reason}`)
} else {
  describe('the zone-routing page on a real Kubernetes API server', () => {
    const closing = new Closing()
    let bed: Testbed
    let cluster: ZoneRoutingCluster
    let env: Record<string, string>
    let edgeA: Envoy
    let first: Awaited<ReturnType<typeof push>>

    const push = async (flags: readonly string[] = [], format: 'json' | 'yaml' = 'json') =>
      runCli(['push', '--source', 'east', ...flags, '-'], await cluster.list(format), env)

    const startEdge = async (gateway: string, zone: string, node: string): Promise<Envoy> => {
      const admin = `127.0.0.1:${await freePort()}`
      const place = ['--id', `envoy-${zone}`, '--zone', zone, '--region', 'r1', '--node', node]
      const { stdout } = await runCli([
        'bootstrap',
        ...place,
        '--gateway',
        gateway,
        '--xds',
        bed.xds,
        '--admin',
        admin,
      ])
      return closing.add(await startEnvoy(stdout, admin))
    }

    beforeAll(async () => {
      bed = await openTestbed()
      closing.addWay(() => bed.close())
      env = { VICINITY_SERVER: `http://${bed.api.address}` }
      cluster = await openZoneRoutingCluster(installation, address, closing)
      first = await push()
      edgeA = await startEdge('eg-a', 'zone-a', 'node-a1')
      await startEdge('eg-b', 'zone-b', 'node-b1')
    }, SETUP_TIMEOUT)
    afterAll(() => closing.close())

    /** Who answered, from both zones: a in zone-a on node-a1, b in zone-b on node-b1. */
    const ask = async (path: string, count: number) => {
      const through = async (port: number) => {
        const target = { address: `127.0.0.1:${port}`, path, host: HOST }
        const { byPod, failures } = await sendRequests(target, count)
        expect(failures).toEqual([])
        return byPod
      }
      return { a: await through(cluster.edges.a.port), b: await through(cluster.edges.b.port) }
    }

    test("the API server takes no loopback address into a slice, so the Pods stand on this machine's own", async () => {
      const { status, text } = await cluster.api.client.call(
        'POST',
        '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
        {
          metadata: { name: 'loopback' },
          addressType: 'IPv4',
          endpoints: [{ addresses: ['127.0.1.1'] }],
          ports: [],
        },
      )
      expect({ status, text }).toEqual({
        status: 422,
        text: expect.stringContaining('may not be in the loopback range (127.0.0.0/8, ::1/128)'),
      })
    })

    test('kubectl get | vicinity push takes the cluster as it is, without a warning', () => {
      expect(first).toMatchObject({ code: 0, stderr: '' })
      expect(first.stdout).toMatch(/^snapshot of east: revision 1: [0-9]+ added, 0 updated, 0 removed$/m)
    })

    test.each(['json', 'yaml'] as const)('pushed again as %s, nothing changes', async format => {
      const again = await push([], format)
      expect(again).toMatchObject({ code: 0, stderr: '' })
      expect(again.stdout).toBe('snapshot of east: unchanged since revision 1\n')
    })

    test.each(SERVICES)(
      `${REQUESTS} requests from each zone to $path, $trafficDistribution: all local`,
      async ({ path, trafficDistribution }) => {
        const nodes = trafficDistribution === 'PreferSameNode' ? ['1'] : ['1', '2']
        const { a, b } = await ask(path, REQUESTS)
        expect(Object.keys(a).sort()).toEqual(nodes.map(node => `backend-a${node}`))
        expect(Object.keys(b).sort()).toEqual(nodes.map(node => `backend-b${node}`))
      },
      30_000,
    )

    test('an endpoint of a dual-stack service is one, with an address of each family', async () => {
      const addresses = addressesOf(
        `default/${DUAL_STACK}/3000`,
        await edgeA.page('/config_dump?include_eds'),
      )
      expect(addresses.sort()).toEqual([1, 2, 3, 4].map(pod => [address, `2001:db8::${pod}`]))
    })

    test('vicinity assignment says that the hints of the EndpointSlice controller were followed', async () => {
      const where = ['--zone', 'zone-a', '--region', 'r1', '--node', 'node-a1', '--json']
      const { stdout } = await runCli(['assignment', 'zone-routing-backend-node', ...where], '', env)
      const { mode, rule, endpoints } = JSON.parse(stdout) as Explanation
      expect(mode).toBe('Hints')
      expect(rule).toMatch(/^trafficDistribution PreferSameNode of source east, revision [0-9]+$/)
      expect(endpoints.map(({ name, node, zone, priority }) => [name, node, zone, priority])).toEqual([
        ['backend-a1', 'node-a1', 'zone-a', 0],
        ['backend-a2', 'node-a2', 'zone-a', 1],
        ['backend-b1', 'node-b1', 'zone-b', 2],
        ['backend-b2', 'node-b2', 'zone-b', 2],
      ])
    })

    test('a Pod that is not ready: from its node to the next in the zone', async () => {
      await cluster.setReady({ 'backend-a1': false })
      expect(await push(['--wait', '10s'])).toMatchObject({ code: 0, stderr: '' })
      for (const { path } of SERVICES) {
        const { a, b } = await ask(path, 100)
        expect(a).toEqual({ 'backend-a2': 100 })
        expect(elsewhere(b, 'backend-b')).toEqual([])
      }
    }, 60_000)

    test('no ready Pod in the zone: to the other zone, and back again when they return', async () => {
      await cluster.setReady({ 'backend-a1': false, 'backend-a2': false })
      expect(await push(['--wait', '10s'])).toMatchObject({ code: 0, stderr: '' })
      for (const { path } of SERVICES) {
        expect(Object.keys((await ask(path, 100)).a).sort()).toEqual(['backend-b1', 'backend-b2'])
      }
      await cluster.setReady({ 'backend-a1': true, 'backend-a2': true })
      expect(await push(['--wait', '10s'])).toMatchObject({ code: 0, stderr: '' })
      for (const { path } of SERVICES) {
        expect(elsewhere((await ask(path, 100)).a, 'backend-a')).toEqual([])
      }
    }, 60_000)
  })
}

/** Pods of other names that answered. */
function elsewhere(byPod: Readonly<Record<string, number>>, prefix: string): string[] {
  return Object.keys(byPod).filter(name => !name.startsWith(prefix))
}

interface Addressed {
  readonly address: { readonly socket_address: { readonly address: string } }
}

/** The addresses of each endpoint in an Envoy's assignment, as its admin interface shows them. */
function addressesOf(cluster: string, dump: string): string[][] {
  interface Assignment {
    readonly cluster_name: string
    readonly endpoints: readonly {
      lb_endpoints: { endpoint: Addressed & { additional_addresses?: Addressed[] } }[]
    }[]
  }
  const { configs } = JSON.parse(dump) as {
    configs: { dynamic_endpoint_configs?: { endpoint_config: Assignment }[] }[]
  }
  return configs
    .flatMap(({ dynamic_endpoint_configs: assignments }) => assignments ?? [])
    .filter(({ endpoint_config }) => endpoint_config.cluster_name === cluster)
    .flatMap(({ endpoint_config }) => endpoint_config.endpoints.flatMap(locality => locality.lb_endpoints))
    .map(({ endpoint }) => [endpoint, ...(endpoint.additional_addresses ?? [])])
    .map(addressed => addressed.map(({ address }) => address.socket_address.address))
}
